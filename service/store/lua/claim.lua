-- Claim deliveries that are due: until their claim ends nobody else gets them.
--
-- KEYS  1 due  zset  deliveries by due time
-- ARGV  1 how many at most    2 length of the claim, ms
-- Answers  {claim, delivery, …}: the claim is the score that proves it when settling

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local claim = string.format('%d', now + ARGV[2])
local names = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[1])

for _, name in ipairs(names) do redis.call('ZADD', KEYS[1], claim, name) end

return {claim, unpack(names)}
