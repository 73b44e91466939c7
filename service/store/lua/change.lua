-- Change an endpoint, or a person, that nobody else has changed since it was read.
--
-- KEYS
--   values  hash  the site's endpoints, or everyone
-- ARGV
--   id      id
--   was     the JSON as it was read
--   is      the JSON as it shall be
-- Answers  0 (it was changed or removed since) | 1

if redis.call('HGET', K.values, A.id) ~= A.was then return 0 end

redis.call('HSET', K.values, A.id, A.is)
return 1
