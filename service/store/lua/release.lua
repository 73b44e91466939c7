-- Give a lease back, if it is still the one that the token proves.
--
-- KEYS
--   lease   hash  token, holder, name
--   leases  zset  leased comments by the end of their lease
-- ARGV
--   id      comment id
--   token   token
-- Answers  0 (it had ended, or another holds it) | 1

if redis.call('HGET', K.lease, 'token') ~= A.token then return 0 end

redis.call('DEL', K.lease)
redis.call('ZREM', K.leases, A.id)
return 1
