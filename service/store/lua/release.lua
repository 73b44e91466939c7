-- Give a lease back, if it is still the one that the token proves.
--
-- KEYS  1 lease    hash    token, holder, name
--       2 leases   zset    leased comments by the end of their lease
-- ARGV  1 token    2 comment id
-- Answers  0 (it had ended, or another holds it) | 1

if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end

redis.call('DEL', KEYS[1])
redis.call('ZREM', KEYS[2], ARGV[2])
return 1
