-- Change an endpoint, or a person, that nobody else has changed since it was read.
--
-- KEYS  1 endpoints, or people  hash  the site's endpoints, or everyone
-- ARGV  1 id    2 the JSON as it was read    3 the JSON as it shall be
-- Answers  0 (it was changed or removed since) | 1

if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end

redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1
