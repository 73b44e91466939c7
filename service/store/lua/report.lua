-- Note a reader's report of a public comment: it joins the reported ones and is told of, and stays public.
--
-- @include clock, dated, outbox, rate_limit, undo_window
--
-- KEYS
--   comment          hash    the comment
--   reports          list    what readers reported of it
--   reporters        set     networks that reported it
--   reported         zset    reported comments by how many reports wait
--   reported_latest  zset    reported comments by their last report
--   rate_limit       string  GCRA's theoretical arrival time of the reader's network, ms
--   event            hash    the event of the report
--   outbox           stream  events to fan out
-- ARGV
--   id               comment id
--   network          network's digest
--   report           report, JSON object
--   most_reports     reports that are kept
--   most_reporters   networks that are counted
--   interval         rate limit: ms between reports
--   burst            rate limit: ms that may be taken in advance
--   longest_undo     longest undo window, ms
--   event_id         event id
--   event_type       event type
--   event_data       event data, JSON
--   event_life       event life, ms
--   site             site
-- Answers  {"missing"} | {"again"} (by this network, or by so many that one more tells nothing) | {"fast", ms to wait}
--          | {"reported"}

local id = A.id

if public_outcome(K.comment) ~= 'published' then return {'missing'} end
if redis.call('SISMEMBER', K.reporters, A.network) == 1
    or redis.call('SCARD', K.reporters) >= tonumber(A.most_reporters) then
    return {'again'}
end

local arrival, wait = next_arrival(K.rate_limit, A.interval, tonumber(A.burst))
if wait > 0 then return {'fast', wait} end
keep_arrival(K.rate_limit, arrival)

redis.call('SADD', K.reporters, A.network)
redis.call('RPUSH', K.reports, dated(A.report))
redis.call('LTRIM', K.reports, -A.most_reports, -1)
if redis.call('HGET', K.comment, 'outcome') == 'published' then
    redis.call('ZINCRBY', K.reported, 1, id)
    redis.call('ZADD', K.reported_latest, now, id)
else
    -- Taken down, which can still be undone: then it joins them.
    redis.call('HINCRBY', K.comment, 'reports_seen', 1)
end

emit(id, redis.call('HINCRBY', K.comment, 'sequence', 1), now)

return {'reported'}
