-- Tell which comments are leased now, those whose lease ends first in front.
--
-- KEYS  1 leases   zset    leased comments by the end of their lease
-- ARGV  1 how many at most    2 length of the longest, ms
-- Answers  {comment id, …}

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
-- What would end later was taken by a clock that went back since.
local latest = string.format('%d', now + ARGV[2])
return redis.call('ZRANGEBYSCORE', KEYS[1], string.format('%d', now), latest, 'LIMIT', 0, ARGV[1])
