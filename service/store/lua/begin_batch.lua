-- Begin a batch: its record and everything that it is to do, in one step. One that undoes another is to do what that
-- one made.
--
-- @include clock
--
-- KEYS
--   running       zset  batches under way by when to go on
--   batch         hash  the new batch
--   todo          list  what it is to do: "comment version"
--   batches       zset  the site's batches by when they began
-- KEYS to undo
--   undone        hash  the batch that it takes back
--   made          list  what that one made: "comment version"
-- ARGV
--   name          its name among those under way
--   id            its id
--   chunk         so many are done by whoever begins it
--   claim_length  length of their claim, ms
--   listed_for    how long batches are listed, ms
--   most_listed   how many are
--   fields …      its fields and values
--   picks …       what it is to do (unless undoing)
-- Answers  {"missing"} | {"running"} (what it takes back is not done) | {"nothing"} (to take back)
--          | {"begun", created_at, total, claim or "" where it is left to a worker}

-- A client that lost our answer and asked again gets the same one.
local begun = redis.call('HMGET', K.batch, 'created_at', 'total')
if begun[1] then
    local claim = tonumber(begun[2]) <= tonumber(A.chunk) and redis.call('ZSCORE', K.running, A.name)
    return {'begun', begun[1], begun[2], claim or ''}
end

local picks = A.picks
if K.undone then
    local total, made, refused = unpack(redis.call('HMGET', K.undone, 'total', 'made', 'refused'))
    if not total then return {'missing'} end
    if made + refused < tonumber(total) then return {'running'} end
    if made == '0' then return {'nothing'} end
    picks = redis.call('LRANGE', K.made, 0, -1)
    redis.call('HSET', K.undone, 'undone_by', A.id)
end
for n = 1, #picks, 1000 do redis.call('RPUSH', K.todo, unpack(picks, n, math.min(n + 999, #picks))) end

local stamp, total = string.format('%d', now), redis.call('LLEN', K.todo)
redis.call('HSET', K.batch, 'created_at', stamp, 'total', total, 'made', 0, 'refused', 0, unpack(A.fields))
redis.call('ZADD', K.batches, stamp, A.id)
redis.call('ZREMRANGEBYSCORE', K.batches, '-inf', string.format('(%d', now - A.listed_for))
redis.call('ZREMRANGEBYRANK', K.batches, 0, -1 - A.most_listed)

if total > tonumber(A.chunk) then
    redis.call('ZADD', K.running, stamp, A.name)
    return {'begun', stamp, total, ''}
end
local claim = string.format('%d', now + A.claim_length)
redis.call('ZADD', K.running, claim, A.name)
return {'begun', stamp, total, claim}
