-- Take a comment in: refuse it at the door, or store it, queue, publish or reject it, and write its event, in one step.
--
-- KEYS  1 receipt      string  the Idempotency-Key's receipt
--       2 said         string  what this author said in this thread
--       3 pace         string  GCRA's theoretical arrival time for the writer's network, ms
--       4 parent       hash    the comment replied to
--       5 comment      hash    the new comment
--       6 decisions    list    its decisions
--       7 worst        zset    waiting comments by worst score
--       8 oldest       zset    waiting comments by age
--       9 thread       zset    published comments by age
--      10 about        hash    url, title, opened, closed, revision of the thread
--      11 author       hash    counts of the author key's holder
--      12 event        hash    the event to tell
--      13 outbox       stream  events to fan out
--      14 tree         zset    paths of the thread's published comments
--      15 roots        zset    its first-level comments by age
--      16 busy         zset    its first-level comments by how many are published there
--      17 useful       zset    waiting comments by what deciding them teaches
--      18 written      zset    the author's comments by age
--      19 record       hash    how many of them stand where
--      20 … facets     zset    waiting comments of one kind by age
-- ARGV  1 payload digest, or "" without an Idempotency-Key    2 its life, ms
--       3 "reply" or ""        4 life of said, ms
--       5 pace: ms between comments    6 pace: burst, ms
--       7 comment id    8 outcome    9 worst score
--      10 decision, JSON object     11 event id    12 event type    13 event data, JSON    14 event life, ms
--      15 site    16 thread's url    17 thread's title    18 deepest level    19 ms after which it closes, or 0
--      20 "author" or "" for nobody known    21 usefulness, 0 to 1
--      22 … the comment's fields and values
-- Answers  {"seen", receipt} | {"closed"} | {"orphan"} | {"duplicate"} | {"fast", ms to wait} | {"admitted", now}

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local id, outcome = ARGV[7], ARGV[8]

-- A client that lost our answer and asked again gets the same one.
if redis.call('GET', KEYS[2]) == id then return {'admitted', tonumber(redis.call('HGET', KEYS[5], 'created_at'))} end

if ARGV[1] ~= '' then
    local seen = redis.call('GET', KEYS[1])
    if seen then return {'seen', seen} end
end

local opened, closed = unpack(redis.call('HMGET', KEYS[10], 'opened', 'closed'))
local life = tonumber(ARGV[19])
if closed == '1' or (opened and life > 0 and now - opened > life) then return {'closed'} end

-- Where it stands in the tree: below its parent, or beside it where the parent is on the deepest level.
local path, root_at = id, now
if ARGV[3] == 'reply' then
    local outcome, above, since = unpack(redis.call('HMGET', KEYS[4], 'outcome', 'path', 'root_at'))
    if outcome ~= 'published' then return {'orphan'} end
    local _, level = string.gsub(above, '/', '/')
    if level >= tonumber(ARGV[18]) then above = string.match(above, '^(.*)/') end
    path, root_at = above .. '/' .. id, since
end

if redis.call('EXISTS', KEYS[2]) == 1 then return {'duplicate'} end

-- GCRA: the arrival time that a perfectly paced writer would have now may lie at most a burst ahead.
local pace, burst = tonumber(ARGV[5]), tonumber(ARGV[6])
local arrival = math.max(tonumber(redis.call('GET', KEYS[3]) or 0), now) + pace
if arrival - now > burst then return {'fast', arrival - now - burst} end
redis.call('SET', KEYS[3], string.format('%d', arrival), 'PX', math.ceil(arrival - now))

if ARGV[1] ~= '' then
    redis.call('SET', KEYS[1], ARGV[1] .. ' ' .. id .. ' ' .. outcome, 'PX', ARGV[2])
end
redis.call('SET', KEYS[2], id, 'PX', ARGV[4])

-- A day of waiting counts as much as the whole way from the threshold to certainty; fixed here, so that nobody's clock
-- moves the queue while it is read.
local useful = string.format('%.9f', ARGV[21] - now / 86400000)
redis.call('HSET', KEYS[5], 'outcome', outcome, 'version', 1, 'sequence', 1, 'created_at', now,
    'worst', ARGV[9], 'useful', useful, 'event', ARGV[11], 'undo_until', 0, 'path', path, 'root_at', root_at,
    unpack(ARGV, 22))
redis.call('RPUSH', KEYS[6], '{"version":1,"at":' .. string.format('%d', now) .. ',' .. string.sub(ARGV[10], 2))

redis.call('HSET', KEYS[10], 'url', ARGV[16], 'title', ARGV[17])
redis.call('HSETNX', KEYS[10], 'opened', string.format('%d', now))
if outcome == 'published' then
    local root = string.match(path, '^[^/]+')
    redis.call('ZADD', KEYS[9], now, id)
    redis.call('ZADD', KEYS[14], 0, path)
    redis.call('ZADD', KEYS[15], root_at, root)
    redis.call('ZINCRBY', KEYS[16], 1, root)
    redis.call('HINCRBY', KEYS[10], 'revision', 1)
    redis.call('HINCRBY', KEYS[11], 'published', 1)
elseif outcome == 'held' then
    redis.call('ZADD', KEYS[7], ARGV[9], id)
    redis.call('ZADD', KEYS[8], now, id)
    redis.call('ZADD', KEYS[17], useful, id)
    for n = 20, #KEYS do redis.call('ZADD', KEYS[n], now, id) end
else
    redis.call('HINCRBY', KEYS[11], 'refused', 1)
end
if ARGV[20] == 'author' then
    redis.call('ZADD', KEYS[18], now, id)
    redis.call('HINCRBY', KEYS[19], outcome, 1)
end

redis.call('HSET', KEYS[12], 'type', ARGV[12], 'comment', id, 'sequence', 1, 'at', now, 'not_before', now,
    'data', ARGV[13])
redis.call('PEXPIRE', KEYS[12], ARGV[14])
redis.call('XADD', KEYS[13], '*', 'site', ARGV[15], 'event', ARGV[11], 'comment', id, 'sequence', 1)

return {'admitted', now}
