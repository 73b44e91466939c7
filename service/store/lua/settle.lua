-- Settle one attempt: the delivery is done, or comes back later, and the next about the same comment may start.
--
-- KEYS  1 due            zset  lanes by when to look
--       2 delivery       hash  state, failures, changed_at, due_at
--       3 attempts       list  attempts as JSON
--       4 line           zset  deliveries to this endpoint about this comment, by sequence
--       5 lane           zset  deliveries to this endpoint by when they are due
--       6 flying         zset  claimed deliveries by when their claim ends
--       7 health         hash  how the endpoint does
--       8 open           zset  deliveries under way
--       9 log            zset  the endpoint's deliveries
--      10 log:waiting    zset  those waiting
--      11 log:delivered  zset  those delivered
--      12 log:dead       zset  those given up
--      13 event          hash  `retold` once what it tells was redacted
-- ARGV  1 the delivery's name    2 claim    3 state: waiting, delivered, dead or cancelled
--       4 ms until it is due again (waiting)    5 attempt, JSON, or "" when none was made    6 attempts kept    7 life, ms
--       8 the lane's name in due    9 event id    10 ms that the endpoint asked us to rest    11 "quick", "slow" or "failed"
--      12 bound of the endpoint's log, deliveries    13 longest undo window, ms
--      14 the attempt without what was answered, JSON
-- Answers  {"lost"} (the claim has ended and someone else has it) | {"settled", now, failing since or 0}

if redis.call('ZSCORE', KEYS[6], ARGV[1]) ~= ARGV[2] then return {'lost'} end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local name, state, event = ARGV[1], ARGV[3], ARGV[9]

local function look(at) redis.call('ZADD', KEYS[1], 'LT', string.format('%d', at), ARGV[8]) end

redis.call('ZREM', KEYS[6], name)
for n = 10, 12 do redis.call('ZREM', KEYS[n], event) end

if ARGV[5] ~= '' then
    -- The receiver may have echoed what was told before it was redacted.
    redis.call('RPUSH', KEYS[3], redis.call('HGET', KEYS[13], 'retold') and ARGV[14] or ARGV[5])
    redis.call('LTRIM', KEYS[3], -ARGV[6], -1)
    redis.call('PEXPIRE', KEYS[3], ARGV[7])
    if state == 'delivered' then
        redis.call('HDEL', KEYS[7], 'failing_since', 'failing_from')
        redis.call('HSET', KEYS[7], 'delivered_at', now)
    else
        local since = tonumber(redis.call('HGET', KEYS[7], 'failing_since') or math.huge)
        if since > now then redis.call('HSET', KEYS[7], 'failing_since', string.format('%d', now)) end
        redis.call('HSETNX', KEYS[7], 'failing_from', string.match(name, '%d+$'))
    end
    if ARGV[11] == 'quick' then redis.call('HINCRBY', KEYS[7], 'streak', 1) else redis.call('HDEL', KEYS[7], 'streak') end
    if tonumber(ARGV[10]) > 0 then redis.call('HSET', KEYS[7], 'rests_until', string.format('%d', now + ARGV[10])) end
end

if state == 'waiting' then
    local due = string.format('%d', now + ARGV[4])
    redis.call('HINCRBY', KEYS[2], 'failures', 1)
    redis.call('HSET', KEYS[2], 'state', state, 'changed_at', now, 'due_at', due)
    redis.call('ZADD', KEYS[10], now, event)
    redis.call('ZADD', KEYS[5], due, name)
    look(now)
else
    redis.call('ZREM', KEYS[4], name)
    redis.call('ZREM', KEYS[8], name)
    if state == 'cancelled' then
        redis.call('ZREM', KEYS[9], event)
        redis.call('DEL', KEYS[2])
    else
        if state == 'dead' then redis.call('HINCRBY', KEYS[2], 'failures', 1) end
        redis.call('HSET', KEYS[2], 'state', state, 'changed_at', now)
        local kept = KEYS[state == 'dead' and 12 or 11]
        redis.call('ZADD', kept, now, event)
        redis.call('ZREMRANGEBYSCORE', kept, '-inf', string.format('%d', now - ARGV[7]))
        redis.call('ZREMRANGEBYRANK', kept, 0, -1 - ARGV[12])
    end
    local nearest = redis.call('ZRANGE', KEYS[4], 0, 0)[1]
    if nearest then
        local not_before = tonumber(string.match(nearest, '%d+$'))
        -- What would be told later than any window ends was written by a clock that went back since.
        if not_before > now + ARGV[13] then not_before = now end
        redis.call('ZADD', KEYS[5], string.format('%d', math.max(now, not_before)), nearest)
    end
    -- Also when nothing follows it here: the endpoint may have one more in flight.
    look(now)
end

return {'settled', now, tonumber(redis.call('HGET', KEYS[7], 'failing_since') or 0)}
