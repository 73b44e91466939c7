-- Deliver events of the log to one endpoint again, each comment's in their order; one batch of a replay, or a single one.
--
-- @include clock, not_before
--
-- KEYS
--   due               zset    endpoints' queues by when to look
--   endpoint_queue    zset    deliveries to the endpoint by when they are due
--   undelivered       zset    deliveries under way
--   log               zset    the endpoint's deliveries
--   log_waiting       zset    those waiting
--   log_delivered     zset    those delivered
--   log_dead          zset    those given up
--   events …          hash    each event
--   deliveries …      hash    the delivery of each
--   comment_orders …  zset    deliveries to the endpoint about the comment of each, by sequence
-- KEYS to replay
--   replays           zset    replays under way
--   event_log         stream  the site's events
--   health            hash    `catching_up` while everything that the endpoint missed is replayed
-- ARGV
--   queue_name        the queue's name in due
--   event_life        life, ms
--   mode              "all", "missing" or "catch_up"
--   longest_undo      longest undo window, ms
--   names …           of each event: the delivery's name without its last word (not_before)
-- ARGV to replay
--   replay            claimed replay
--   claim             its claim
--   following         the replay's next batch, or "" after the last one
--   last_read         the last entry that was read
-- Answers  {"lost"} (another worker has the replay) | {"done" or "more", how many are delivered again}

if A.replay and redis.call('ZSCORE', K.replays, A.replay) ~= A.claim then return {'lost'} end

local count = 0

for n, name_without_time in ipairs(A.names) do
    local event, delivery, comment_order = K.events[n], K.deliveries[n], K.comment_orders[n]
    local not_before, cancelled, sequence = unpack(redis.call('HMGET', event, 'not_before', 'cancelled', 'sequence'))
    local state = redis.call('HGET', delivery, 'state')
    local is_wanted = state ~= 'waiting' and not (state == 'delivered' and A.mode ~= 'all')
    if not_before and not cancelled and is_wanted then
        not_before = delivered_from(not_before)
        local name, id = name_without_time .. ' ' .. not_before, string.match(name_without_time, '^%S+ (%S+)')
        local due_at = math.max(now, not_before)
        count = count + 1
        redis.call('HSET', delivery, 'state', 'waiting', 'failures', 0, 'changed_at', now, 'due_at', due_at)
        redis.call('HSETNX', delivery, 'created_at', now)
        redis.call('PEXPIRE', delivery, A.event_life)
        redis.call('ZADD', K.undelivered, due_at, name)
        redis.call('ZADD', K.log, 'NX', now, id)
        redis.call('ZADD', K.log_waiting, now, id)
        redis.call('ZREM', K.log_delivered, id)
        redis.call('ZREM', K.log_dead, id)

        -- It goes before a later one that only waits; one in flight is finished first.
        local first = redis.call('ZRANGE', comment_order, 0, 0)[1]
        redis.call('ZADD', comment_order, sequence, name)
        redis.call('PEXPIRE', comment_order, A.event_life)
        local goes = not first
        if first and redis.call('ZRANGE', comment_order, 0, 0)[1] == name then
            goes = redis.call('ZREM', K.endpoint_queue, first) == 1
        end
        if goes then redis.call('ZADD', K.endpoint_queue, due_at, name) end
    end
end
redis.call('PEXPIRE', K.endpoint_queue, A.event_life)
redis.call('ZADD', K.due, 'LT', now, A.queue_name)

if not A.replay then return {'done', count} end
redis.call('ZREM', K.replays, A.replay)
if A.following == '' or not redis.call('XRANGE', K.event_log, '(' .. A.last_read, '+', 'COUNT', 1)[1] then
    -- In the same step as the look at the log's end: from the next event on, fan-out makes the deliveries again.
    if A.mode == 'catch_up' then redis.call('HDEL', K.health, 'catching_up') end
    return {'done', count}
end
redis.call('ZADD', K.replays, now, A.following)
return {'more', count}
