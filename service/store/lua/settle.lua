-- Settle one attempt: the delivery is done, or comes back later, and the next about the same comment may start.
--
-- @include clock, not_before
--
-- KEYS
--   due              zset  endpoints' queues by when to look
--   delivery         hash  state, failures, changed_at, due_at
--   attempts         list  attempts as JSON
--   comment_order    zset  deliveries to this endpoint about this comment, by sequence
--   endpoint_queue   zset  deliveries to this endpoint by when they are due
--   in_flight        zset  claimed deliveries by when their claim ends
--   health           hash  how the endpoint does
--   undelivered      zset  deliveries under way
--   log              zset  the endpoint's deliveries
--   log_waiting      zset  those waiting
--   log_delivered    zset  those delivered
--   log_dead         zset  those given up
--   event            hash  `retold` once what it tells was redacted
-- ARGV
--   name             the delivery's name
--   claim            claim
--   state            state: waiting, delivered, dead or cancelled
--   after            ms until it is due again (waiting)
--   attempt          attempt, JSON, or "" when none was made
--   without_answer   the attempt without what was answered, JSON
--   most_attempts    attempts kept
--   event_life       life, ms
--   queue_name       the queue's name in due
--   event_id         event id
--   rest             ms that the endpoint asked us to rest
--   pace             "quick", "slow" or "failed"
--   most_deliveries  bound of the endpoint's log, deliveries
--   longest_undo     longest undo window, ms
-- Answers  {"lost"} (the claim has ended and someone else has it) | {"settled", now, failing since or 0}

local name, state, event = A.name, A.state, A.event_id

if redis.call('ZSCORE', K.in_flight, name) ~= A.claim then return {'lost'} end

local function look(at) redis.call('ZADD', K.due, 'LT', string.format('%d', at), A.queue_name) end

redis.call('ZREM', K.in_flight, name)
for _, log in ipairs({K.log_waiting, K.log_delivered, K.log_dead}) do redis.call('ZREM', log, event) end

if A.attempt ~= '' then
    -- The receiver may have echoed what was told before it was redacted.
    redis.call('RPUSH', K.attempts, redis.call('HGET', K.event, 'retold') and A.without_answer or A.attempt)
    redis.call('LTRIM', K.attempts, -A.most_attempts, -1)
    redis.call('PEXPIRE', K.attempts, A.event_life)
    if state == 'delivered' then
        redis.call('HDEL', K.health, 'failing_since', 'failing_from')
        redis.call('HSET', K.health, 'delivered_at', now)
    else
        local since = tonumber(redis.call('HGET', K.health, 'failing_since') or math.huge)
        if since > now then redis.call('HSET', K.health, 'failing_since', string.format('%d', now)) end
        redis.call('HSETNX', K.health, 'failing_from', string.match(name, '%d+$'))
    end
    if A.pace == 'quick' then redis.call('HINCRBY', K.health, 'streak', 1) else redis.call('HDEL', K.health, 'streak') end
    if tonumber(A.rest) > 0 then redis.call('HSET', K.health, 'rests_until', string.format('%d', now + A.rest)) end
end

if state == 'waiting' then
    local due = string.format('%d', now + A.after)
    redis.call('HINCRBY', K.delivery, 'failures', 1)
    redis.call('HSET', K.delivery, 'state', state, 'changed_at', now, 'due_at', due)
    redis.call('ZADD', K.log_waiting, now, event)
    redis.call('ZADD', K.endpoint_queue, due, name)
    look(now)
else
    redis.call('ZREM', K.comment_order, name)
    redis.call('ZREM', K.undelivered, name)
    if state == 'cancelled' then
        redis.call('ZREM', K.log, event)
        redis.call('DEL', K.delivery)
    else
        if state == 'dead' then redis.call('HINCRBY', K.delivery, 'failures', 1) end
        redis.call('HSET', K.delivery, 'state', state, 'changed_at', now)
        local kept = state == 'dead' and K.log_dead or K.log_delivered
        redis.call('ZADD', kept, now, event)
        redis.call('ZREMRANGEBYSCORE', kept, '-inf', string.format('%d', now - A.event_life))
        redis.call('ZREMRANGEBYRANK', kept, 0, -1 - A.most_deliveries)
    end
    local nearest = redis.call('ZRANGE', K.comment_order, 0, 0)[1]
    if nearest then
        local not_before = delivered_from(string.match(nearest, '%d+$'))
        redis.call('ZADD', K.endpoint_queue, string.format('%d', math.max(now, not_before)), nearest)
    end
    -- Also when nothing follows it here: the endpoint may have one more in flight.
    look(now)
end

return {'settled', now, tonumber(redis.call('HGET', K.health, 'failing_since') or 0)}
