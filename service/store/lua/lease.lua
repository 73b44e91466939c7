-- Lease a comment to a moderator, or extend the lease that they hold.
--
-- @include clock
--
-- KEYS
--   comment  hash  the comment
--   lease    hash  token, holder, name; expires when the lease ends
--   leases   zset  leased comments by the end of their lease
-- ARGV
--   id       comment id
--   holder   holder's id
--   name     holder's name
--   token    new token
--   length   length, ms
-- Answers  {"missing"} | {"taken", holder's id, holder's name, ends} | {"leased", token, ends}

if redis.call('EXISTS', K.comment) == 0 then return {'missing'} end

-- One that would last longer than any was taken by a clock that went back since: it has ended.
if redis.call('PTTL', K.lease) > tonumber(A.length) then redis.call('DEL', K.lease) end
local holder, name, first_token = unpack(redis.call('HMGET', K.lease, 'holder', 'name', 'token'))

if holder and holder ~= A.holder then return {'taken', holder, name, now + redis.call('PTTL', K.lease)} end

-- Whoever opens it twice keeps the first token: their other tab stays valid.
local token = first_token or A.token
redis.call('HSET', K.lease, 'holder', A.holder, 'name', A.name, 'token', token)
redis.call('PEXPIRE', K.lease, A.length)
redis.call('ZREMRANGEBYSCORE', K.leases, '-inf', string.format('%d', now))
redis.call('ZADD', K.leases, string.format('%d', now + A.length), A.id)
return {'leased', token, now + A.length}
