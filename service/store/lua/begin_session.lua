-- Begin a session of a person.
--
-- KEYS  1 session   hash  a new one
--       2 sessions  zset  the person's, by when they began
-- ARGV  1 session's digest    2 ms that a session lasts at most    3 ms that it lasts unused
--       4 how many a person has at most    5 … its fields and values
-- Answers  {digest, …} of sessions beyond that many, the oldest, which are no longer among the person's

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local at = string.format('%d', now)

redis.call('HSET', KEYS[1], 'began', at, 'seen', at, unpack(ARGV, 5))
redis.call('PEXPIRE', KEYS[1], math.min(ARGV[2], ARGV[3]))

-- Those that have lasted as long as any may, and those that a clock began that went back since.
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', string.format('(%d', now - ARGV[2]))
redis.call('ZREMRANGEBYSCORE', KEYS[2], string.format('(%d', now), '+inf')
redis.call('ZADD', KEYS[2], at, ARGV[1])
redis.call('PEXPIRE', KEYS[2], ARGV[2])

local many = redis.call('ZRANGE', KEYS[2], 0, -ARGV[4] - 1)
if #many > 0 then redis.call('ZREM', KEYS[2], unpack(many)) end
return many
