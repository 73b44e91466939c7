-- Tell which comments are leased now, those whose lease ends first in front.
--
-- @include clock
--
-- KEYS
--   leases   zset  leased comments by the end of their lease
-- ARGV
--   limit    how many at most
--   longest  length of the longest lease, ms
-- Answers  {comment id, …}

-- What would end later was taken by a clock that went back since.
local latest = string.format('%d', now + A.longest)
return redis.call('ZRANGEBYSCORE', K.leases, string.format('%d', now), latest, 'LIMIT', 0, A.limit)
