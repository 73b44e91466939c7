-- Begin a session of a person.
--
-- @include clock
--
-- KEYS
--   session   hash  a new one
--   sessions  zset  the person's, by when they began
-- ARGV
--   digest    session's digest
--   life      ms that a session lasts at most
--   idle      ms that it lasts unused
--   most      how many a person has at most
--   fields …  its fields and values
-- Answers  {digest, …} of sessions beyond that many, the oldest, which are no longer among the person's

local at = string.format('%d', now)

redis.call('HSET', K.session, 'began', at, 'seen', at, unpack(A.fields))
redis.call('PEXPIRE', K.session, math.min(A.life, A.idle))

-- Those that have lasted as long as any may, and those that a clock began that went back since.
redis.call('ZREMRANGEBYSCORE', K.sessions, '-inf', string.format('(%d', now - A.life))
redis.call('ZREMRANGEBYSCORE', K.sessions, string.format('(%d', now), '+inf')
redis.call('ZADD', K.sessions, at, A.digest)
redis.call('PEXPIRE', K.sessions, A.life)

local many = redis.call('ZRANGE', K.sessions, 0, -A.most - 1)
if #many > 0 then redis.call('ZREM', K.sessions, unpack(many)) end
return many
