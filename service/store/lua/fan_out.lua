-- Copy an event from the outbox to the site's log and make one delivery per endpoint, in the order of the comment's events.
--
-- @include clock, not_before
--
-- KEYS
--   outbox             stream  events to fan out
--   subject            hash    `told`: the last sequence fanned out, of the comment or endpoint that the event is about
--   event              hash    the event
--   event_log          stream  the site's events
--   history            zset    the comment's events by sequence
--   due                zset    endpoints' queues by when to look
--   undelivered        zset    deliveries under way
--   deliveries …       hash    of each endpoint: the new delivery
--   comment_orders …   zset    of each endpoint: deliveries about this comment, by sequence
--   endpoint_queues …  zset    of each endpoint: deliveries by when they are due
--   healths …          hash    of each endpoint: paused, disabled, catching_up, missing_from
--   logs …             zset    of each endpoint: its deliveries
--   logs_waiting …     zset    of each endpoint: those waiting
-- ARGV
--   group              group of the outbox
--   entry              entry in the outbox
--   event_id           event id
--   sequence           the event's sequence
--   most_events        bound of the event log, entries
--   event_life         age of the event log, ms
--   most_deliveries    bound of an endpoint's log, deliveries
--   longest_undo       longest undo window, ms
--   names …            of each endpoint: the delivery's name without its last word (not_before)
--   queue_names …      of each endpoint: its queue's name in due
--   wanted …           of each endpoint: the wanted types between spaces
-- Answers  "gone" (expired, or told before) | "early" (an earlier event of the comment comes first) | "told"

local function finish(answer)
    redis.call('XACK', K.outbox, A.group, A.entry)
    redis.call('XDEL', K.outbox, A.entry)
    return answer
end

local sequence, told = tonumber(A.sequence), tonumber(redis.call('HGET', K.subject, 'told') or 0)
if sequence <= told then return finish('gone') end
if sequence > told + 1 then return 'early' end

local oldest = string.format('%d', now - A.event_life)
redis.call('HSET', K.subject, 'told', sequence)

local kind, stored_not_before, cancelled = unpack(redis.call('HMGET', K.event, 'type', 'not_before', 'cancelled'))
if not kind then return finish('gone') end
redis.call('XADD', K.event_log, 'MAXLEN', '~', A.most_events, '*', 'event', A.event_id, 'type', kind)
redis.call('XTRIM', K.event_log, 'MINID', '~', oldest)
redis.call('ZADD', K.history, sequence, A.event_id)
redis.call('PEXPIRE', K.history, A.event_life)
redis.call('ZREMRANGEBYSCORE', K.undelivered, '-inf', oldest)

if cancelled then return finish('told') end

local not_before = delivered_from(stored_not_before)
if not_before ~= stored_not_before then redis.call('HSET', K.event, 'not_before', not_before) end

for n, name_without_time in ipairs(A.names) do
    if string.find(A.wanted[n], ' ' .. kind .. ' ', 1, true) then
        local health = K.healths[n]
        local paused, disabled, catching_up = unpack(redis.call('HMGET', health, 'paused', 'disabled', 'catching_up'))
        if paused or disabled then
            local missing_from = tonumber(redis.call('HGET', health, 'missing_from') or math.huge)
            if missing_from > now then redis.call('HSET', health, 'missing_from', string.format('%d', now)) end
        elseif not catching_up then
            local name = name_without_time .. ' ' .. not_before
            local delivery, comment_order, endpoint_queue = K.deliveries[n], K.comment_orders[n], K.endpoint_queues[n]
            redis.call('HSET', delivery, 'state', 'waiting', 'failures', 0, 'created_at', now, 'changed_at', now,
                'due_at', not_before)
            redis.call('PEXPIRE', delivery, A.event_life)
            redis.call('ZADD', K.undelivered, not_before, name)
            redis.call('ZADD', K.logs[n], now, A.event_id)
            redis.call('ZADD', K.logs_waiting[n], now, A.event_id)
            redis.call('ZREMRANGEBYSCORE', K.logs[n], '-inf', oldest)
            redis.call('ZREMRANGEBYRANK', K.logs[n], 0, -1 - A.most_deliveries)
            redis.call('ZADD', comment_order, sequence, name)
            redis.call('PEXPIRE', comment_order, A.event_life)
            if redis.call('ZCARD', comment_order) == 1 then
                redis.call('ZADD', endpoint_queue, not_before, name)
                redis.call('PEXPIRE', endpoint_queue, A.event_life)
                redis.call('ZADD', K.due, 'LT', not_before, A.queue_names[n])
            end
        end
    end
end

return finish('told')
