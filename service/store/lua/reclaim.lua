-- Take over what another worker read from the outbox and did not finish, and notice a clock that went back: then nobody
-- waits for what it had set.
--
-- KEYS  1 outbox   stream  events to fan out
--       2 clock    hash    seen: a time that it had, ms, renewed by the minute; backs: how often it went back
--       3 due      zset    lanes by when to look
-- ARGV  1 group    2 worker    3 ms after which an entry is another's    4 how many at most
-- Answers  what XAUTOCLAIM answers

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local seen, idle = tonumber(redis.call('HGET', KEYS[2], 'seen') or 0), ARGV[3]

if now < seen then
    redis.call('HINCRBY', KEYS[2], 'backs', 1)
    for _, lane in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '(' .. string.format('%d', now), '+inf')) do
        redis.call('ZADD', KEYS[3], now, lane)
    end
    -- By such a clock nothing has been pending for long. What another has at hand is fanned out once all the same.
    idle = 0
end
if now < seen or now - seen > 60000 then redis.call('HSET', KEYS[2], 'seen', string.format('%d', now)) end

return redis.call('XAUTOCLAIM', KEYS[1], ARGV[1], ARGV[2], idle, '0', 'COUNT', ARGV[4])
