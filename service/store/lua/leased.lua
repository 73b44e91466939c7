-- Tell which comments are leased now, those whose lease ends first in front.
--
-- KEYS  1 leases   zset    leased comments by the end of their lease
-- ARGV  1 how many at most
-- Answers  {comment id, …}

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
return redis.call('ZRANGEBYSCORE', KEYS[1], string.format('%d', now), '+inf', 'LIMIT', 0, ARGV[1])
