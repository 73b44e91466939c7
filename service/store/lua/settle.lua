-- Settle one attempt: the delivery is done, or comes back later, and the next about the same comment may start.
--
-- KEYS  1 due       zset  deliveries by due time
--       2 delivery  hash  state, failures
--       3 attempts  list  attempts as JSON
--       4 line      zset  deliveries to this endpoint about this comment, by sequence
--       5 dead      zset  deliveries given up
-- ARGV  1 the delivery's name    2 claim    3 state: waiting, delivered, dead or cancelled
--       4 ms until it is due again (waiting)    5 attempt, JSON, or "" when none was made    6 attempts kept    7 life, ms
-- Answers  "lost" (the claim has ended and someone else has it) | "settled"

if redis.call('ZSCORE', KEYS[1], ARGV[1]) ~= ARGV[2] then return 'lost' end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local name, state = ARGV[1], ARGV[3]

redis.call('HSET', KEYS[2], 'state', state)
if ARGV[5] ~= '' then
    redis.call('RPUSH', KEYS[3], ARGV[5])
    redis.call('LTRIM', KEYS[3], -ARGV[6], -1)
    redis.call('PEXPIRE', KEYS[3], ARGV[7])
end

if state == 'waiting' then
    redis.call('HINCRBY', KEYS[2], 'failures', 1)
    redis.call('ZADD', KEYS[1], now + ARGV[4], name)
    return 'settled'
end

redis.call('ZREM', KEYS[1], name)
redis.call('ZREM', KEYS[4], name)
if state == 'dead' then redis.call('ZADD', KEYS[5], now, name) end

local nearest = redis.call('ZRANGE', KEYS[4], 0, 0)[1]
if nearest then redis.call('ZADD', KEYS[1], math.max(now, string.match(nearest, '%d+$')), nearest) end
return 'settled'
