-- Lease a comment to a moderator, or extend the lease that they hold.
--
-- KEYS  1 comment  hash    the comment
--       2 lease    hash    token, holder, name; expires when the lease ends
--       3 leases   zset    leased comments by the end of their lease
-- ARGV  1 holder's id    2 holder's name    3 new token    4 length, ms    5 comment id
-- Answers  {"missing"} | {"taken", holder's id, holder's name, ends} | {"leased", token, ends}

if redis.call('EXISTS', KEYS[1]) == 0 then return {'missing'} end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
-- One that would last longer than any was taken by a clock that went back since: it has ended.
if redis.call('PTTL', KEYS[2]) > tonumber(ARGV[4]) then redis.call('DEL', KEYS[2]) end
local lease = redis.call('HMGET', KEYS[2], 'holder', 'name', 'token')

if lease[1] and lease[1] ~= ARGV[1] then
    return {'taken', lease[1], lease[2], now + redis.call('PTTL', KEYS[2])}
end

-- Whoever opens it twice keeps the first token: their other tab stays valid.
local token = lease[3] or ARGV[3]
redis.call('HSET', KEYS[2], 'holder', ARGV[1], 'name', ARGV[2], 'token', token)
redis.call('PEXPIRE', KEYS[2], ARGV[4])
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', string.format('%d', now))
redis.call('ZADD', KEYS[3], string.format('%d', now + ARGV[4]), ARGV[5])
return {'leased', token, now + ARGV[4]}
