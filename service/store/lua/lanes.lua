-- List the lanes in which there may be something to claim now, longest not served first.
--
-- KEYS  1 due  zset  lanes by when to look
-- ARGV  1 how many at most
-- Answers  {lane, when to look, …}

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'WITHSCORES', 'LIMIT', 0, ARGV[1])
