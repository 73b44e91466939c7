-- Claim what is first of the work that goes on step by step: until the claim ends nobody else goes on with it.
--
-- KEYS  1 under way  zset  replays, or batches, by when to go on
-- ARGV  1 length of the claim, ms
-- Answers  {} (there is nothing to go on with) | {claim, its name}

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local claim = string.format('%d', now + ARGV[1])
-- A claim that would end later than any was made by a clock that went back since.
local name = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, 1)[1]
    or redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. claim, '+inf', 'LIMIT', 0, 1)[1]
if not name then return {} end

redis.call('ZADD', KEYS[1], claim, name)
return {claim, name}
