-- Note a reader's report of a public comment: it joins the reported ones and is told of, and stays public.
--
-- Stands behind public.lua.
-- KEYS  1 comment    hash    the comment
--       2 reports    list    what readers reported of it
--       3 reporters  set     networks that reported it
--       4 reported   zset    reported comments by how many reports wait
--       5 pace       string  GCRA's theoretical arrival time of the reader's network, ms
--       6 event      hash    the event to tell
--       7 outbox     stream  events to fan out
--       8 latest     zset    reported comments by their last report
-- ARGV  1 comment id    2 network's digest    3 report, JSON object    4 most reports kept
--       5 pace: ms between reports    6 pace: burst, ms
--       7 event id    8 event type    9 event data, JSON    10 event life, ms    11 site    12 most networks counted
--      13 longest undo window, ms
-- Answers  {"missing"} | {"again"} (by this network, or by so many that one more tells nothing) | {"fast", ms to wait} | {"reported"}

local id = ARGV[1]

if seen_of(KEYS[1], ARGV[13]) ~= 'published' then return {'missing'} end
if redis.call('SISMEMBER', KEYS[3], ARGV[2]) == 1 or redis.call('SCARD', KEYS[3]) >= tonumber(ARGV[12]) then
    return {'again'}
end

local pace, burst = tonumber(ARGV[5]), tonumber(ARGV[6])
local arrival = tonumber(redis.call('GET', KEYS[5]) or 0)
-- What lies further ahead than a burst was stored by a clock that went back since.
if arrival < now or arrival > now + burst then arrival = now end
arrival = arrival + pace
if arrival - now > burst then return {'fast', arrival - now - burst} end
redis.call('SET', KEYS[5], string.format('%d', arrival), 'PX', math.ceil(arrival - now))

redis.call('SADD', KEYS[3], ARGV[2])
redis.call('RPUSH', KEYS[2], '{"at":' .. string.format('%d', now) .. ',' .. string.sub(ARGV[3], 2))
redis.call('LTRIM', KEYS[2], -ARGV[4], -1)
if redis.call('HGET', KEYS[1], 'outcome') == 'published' then
    redis.call('ZINCRBY', KEYS[4], 1, id)
    redis.call('ZADD', KEYS[8], now, id)
else
    -- Taken down, which can still be undone: then it joins them.
    redis.call('HINCRBY', KEYS[1], 'reports_seen', 1)
end

local sequence = redis.call('HINCRBY', KEYS[1], 'sequence', 1)
redis.call('HSET', KEYS[6], 'type', ARGV[8], 'comment', id, 'sequence', sequence, 'at', now, 'not_before', now,
    'data', ARGV[9])
redis.call('PEXPIRE', KEYS[6], ARGV[10])
redis.call('XADD', KEYS[7], '*', 'site', ARGV[11], 'event', ARGV[7], 'comment', id, 'sequence', sequence)

return {'reported'}
