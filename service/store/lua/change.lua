-- Change an endpoint that nobody else has changed since it was read.
--
-- KEYS  1 endpoints  hash  the site's endpoints
-- ARGV  1 endpoint id    2 Endpoint as JSON, as it was read    3 Endpoint as JSON, as it shall be
-- Answers  0 (it was changed or removed since) | 1

if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end

redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1
