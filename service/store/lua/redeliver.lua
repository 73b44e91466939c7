-- Deliver events of the log to one endpoint again, each comment's in their order; one batch of a replay, or a single one.
--
-- KEYS  1 due          zset    lanes by when to look
--       2 lane         zset    deliveries to the endpoint by when they are due
--       3 flying       zset    claimed deliveries
--       4 health       hash    `catching_up` while everything that the endpoint missed is replayed
--       5 open         zset    deliveries under way
--       6 log          zset    the endpoint's deliveries
--       7 log:waiting  zset    those waiting
--       8 log:delivered zset   those delivered
--       9 log:dead     zset    those given up
--      10 replays      zset    replays under way
--      11 events       stream  the site's log
--      12 … for each event: event hash, delivery hash, line zset
-- ARGV  1 the lane's name in due    2 life, ms    3 "all", "missing" or "catch_up"    4 claimed replay, or ""    5 its claim
--       6 the replay's next batch, or "" after the last one    7 the last entry that was read
--       8 longest undo window, ms
--       9 … for each event: the delivery's name without its last word (not_before)
-- Answers  {"lost"} (another worker has the replay) | {"done" or "more", how many are delivered again}

local replay = ARGV[4]
if replay ~= '' and redis.call('ZSCORE', KEYS[10], replay) ~= ARGV[5] then return {'lost'} end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local count = 0

for n = 9, #ARGV do
    local at = 12 + (n - 9) * 3
    local event, delivery, line = unpack(KEYS, at, at + 2)
    local not_before, cancelled, sequence = unpack(redis.call('HMGET', event, 'not_before', 'cancelled', 'sequence'))
    local state = redis.call('HGET', delivery, 'state')
    local is_wanted = state ~= 'waiting' and not (state == 'delivered' and ARGV[3] ~= 'all')
    if not_before and not cancelled and is_wanted then
        -- What would be told later than any window ends was written by a clock that went back since.
        if tonumber(not_before) > now + ARGV[8] then not_before = string.format('%d', now) end
        local name, id = ARGV[n] .. ' ' .. not_before, string.match(ARGV[n], '^%S+ (%S+)')
        count = count + 1
        redis.call('HSET', delivery, 'state', 'waiting', 'failures', 0, 'changed_at', now, 'due_at', math.max(now, not_before))
        redis.call('HSETNX', delivery, 'created_at', now)
        redis.call('PEXPIRE', delivery, ARGV[2])
        redis.call('ZADD', KEYS[5], math.max(now, not_before), name)
        redis.call('ZADD', KEYS[6], 'NX', now, id)
        redis.call('ZADD', KEYS[7], now, id)
        redis.call('ZREM', KEYS[8], id)
        redis.call('ZREM', KEYS[9], id)

        -- It goes before a later one that only waits; one in flight is finished first.
        local first = redis.call('ZRANGE', line, 0, 0)[1]
        redis.call('ZADD', line, sequence, name)
        redis.call('PEXPIRE', line, ARGV[2])
        local goes = not first
        if first and redis.call('ZRANGE', line, 0, 0)[1] == name then goes = redis.call('ZREM', KEYS[2], first) == 1 end
        if goes then redis.call('ZADD', KEYS[2], math.max(now, not_before), name) end
    end
end
redis.call('PEXPIRE', KEYS[2], ARGV[2])
redis.call('ZADD', KEYS[1], 'LT', now, ARGV[1])

if replay == '' then return {'done', count} end
redis.call('ZREM', KEYS[10], replay)
if ARGV[6] == '' or not redis.call('XRANGE', KEYS[11], '(' .. ARGV[7], '+', 'COUNT', 1)[1] then
    -- In the same step as the look at the log's end: from the next event on, fan-out makes the deliveries again.
    if ARGV[3] == 'catch_up' then redis.call('HDEL', KEYS[4], 'catching_up') end
    return {'done', count}
end
redis.call('ZADD', KEYS[10], now, ARGV[6])
return {'more', count}
