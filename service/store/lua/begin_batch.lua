-- Begin a batch: its record and everything that it is to do, in one step. One that undoes another is to do what that
-- one made.
--
-- KEYS  1 under way  zset  batches by when to go on
--       2 batch      hash  the new batch
--       3 todo       list  what it is to do: "comment version"
--       4 recent     zset  the site's batches by when they began
--       5 undone     hash  the batch that it takes back (when undoing)
--       6 made       list  what that one made: "comment version"
-- ARGV  1 its name in KEYS[1]    2 its id    3 "undo" or ""    4 so many are done by whoever begins it
--       5 length of their claim, ms    6 how long batches are listed, ms    7 how many are
--       8 how many words of its fields follow    9 … fields, then what it is to do (unless undoing)
-- Answers  {"missing"} | {"running"} (what it takes back is not done) | {"nothing"} (to take back)
--          | {"begun", created_at, total, claim or "" where it is left to a worker}

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local name, words = ARGV[1], tonumber(ARGV[8])

-- A client that lost our answer and asked again gets the same one.
local begun = redis.call('HMGET', KEYS[2], 'created_at', 'total')
if begun[1] then
    local claim = tonumber(begun[2]) <= tonumber(ARGV[4]) and redis.call('ZSCORE', KEYS[1], name)
    return {'begun', begun[1], begun[2], claim or ''}
end

local function push(list)
    for n = 1, #list, 1000 do redis.call('RPUSH', KEYS[3], unpack(list, n, math.min(n + 999, #list))) end
end
if ARGV[3] == 'undo' then
    local undone = redis.call('HMGET', KEYS[5], 'total', 'made', 'refused')
    if not undone[1] then return {'missing'} end
    if undone[2] + undone[3] < tonumber(undone[1]) then return {'running'} end
    if undone[2] == '0' then return {'nothing'} end
    push(redis.call('LRANGE', KEYS[6], 0, -1))
    redis.call('HSET', KEYS[5], 'undone_by', ARGV[2])
else
    local picks = {}
    for n = 9 + words, #ARGV do picks[#picks + 1] = ARGV[n] end
    push(picks)
end

local stamp, total = string.format('%d', now), redis.call('LLEN', KEYS[3])
redis.call('HSET', KEYS[2], 'created_at', stamp, 'total', total, 'made', 0, 'refused', 0, unpack(ARGV, 9, 8 + words))
redis.call('ZADD', KEYS[4], stamp, ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', string.format('(%d', now - ARGV[6]))
redis.call('ZREMRANGEBYRANK', KEYS[4], 0, -1 - ARGV[7])

if total > tonumber(ARGV[4]) then
    redis.call('ZADD', KEYS[1], stamp, name)
    return {'begun', stamp, total, ''}
end
local claim = string.format('%d', now + ARGV[5])
redis.call('ZADD', KEYS[1], claim, name)
return {'begun', stamp, total, claim}
