-- Take a comment in: refuse it at the door, or store it, queue, publish or reject it, and write its event, in one step.
-- Asked without a comment's id it only tells what it would refuse whatever the comment says, and changes nothing.
--
-- KEYS  1 receipt      string  the Idempotency-Key's receipt
--       2 said         string  what this author said in this thread
--       3 pace         string  GCRA's theoretical arrival time for the writer's network, ms
--       4 parent       hash    the comment replied to
--       5 about        hash    url, title, opened, closed, revision of the thread
--       6 author       hash    counts of the author key's holder
--       7 marks        hash    author key or address's fingerprint → mark
--       8 held         hash    how many comments are held and of how many bytes, of the site and of each network
--       to admit:
--       9 comment      hash    the new comment
--      10 decisions    list    its decisions
--      11 worst        zset    waiting comments by worst score
--      12 oldest       zset    waiting comments by age
--      13 thread       zset    published comments by age
--      14 event        hash    the event to tell
--      15 outbox       stream  events to fan out
--      16 tree         zset    paths of the thread's published comments
--      17 roots        zset    its first-level comments by age
--      18 busy         zset    its first-level comments by how many are published there
--      19 useful       zset    waiting comments by what deciding them teaches
--      20 written      zset    the author's comments by age
--      21 record       hash    how many of them stand where
--      22 … facets     zset    waiting comments of one kind by age
-- ARGV  1 comment id, or "" to ask
--       2 payload digest, or "" without an Idempotency-Key    3 "reply" or ""
--       4 pace: ms between comments    5 pace: burst, ms      6 ms after which the thread closes, or 0
--       7 network's digest    8 comments held at most    9 their bytes    10 of one network    11 their bytes
--      12 author key's digest, or ""    13 address's fingerprint, or ""
--      to admit:
--      14 life of the receipt, ms    15 life of said, ms    16 outcome    17 worst score
--      18 decision, JSON object    19 event id    20 event type    21 event data, JSON    22 event life, ms
--      23 site    24 thread's url    25 thread's title    26 deepest level    27 "author" or "" for nobody known
--      28 usefulness, 0 to 1    29 … the comment's fields and values
-- Answers  {"seen", receipt} | {"closed"} | {"orphan"} | {"duplicate"} | {"fast", ms to wait}
--          | {"share"} (its network has no more room for what is held) | {"full"} (nobody has)
--          | {"admitted", now} | {"welcome", published, refused, mark, address's mark, "" or what a held one would be
--          refused by} (asked)

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local id, outcome = ARGV[1], ARGV[16]
local admitting = id ~= ''

-- A client that lost our answer and asked again gets the same one.
if admitting and redis.call('GET', KEYS[2]) == id then
    return {'admitted', tonumber(redis.call('HGET', KEYS[9], 'created_at'))}
end

if ARGV[2] ~= '' then
    local seen = redis.call('GET', KEYS[1])
    if seen then return {'seen', seen} end
end

local opened, closed = unpack(redis.call('HMGET', KEYS[5], 'opened', 'closed'))
local life = tonumber(ARGV[6])
if closed == '1' or (opened and life > 0 and now - opened > life) then return {'closed'} end

local above, since
if ARGV[3] == 'reply' then
    local stands
    stands, above, since = unpack(redis.call('HMGET', KEYS[4], 'outcome', 'path', 'root_at'))
    if stands ~= 'published' then return {'orphan'} end
end

if redis.call('EXISTS', KEYS[2]) == 1 then return {'duplicate'} end

-- GCRA: the arrival time that a perfectly paced writer would have now may lie at most a burst ahead. One that lies
-- further was stored by a clock that went back since, and holds nobody up.
local pace, burst = tonumber(ARGV[4]), tonumber(ARGV[5])
local arrival = tonumber(redis.call('GET', KEYS[3]) or 0)
if arrival < now or arrival > now + burst then arrival = now end
arrival = arrival + pace
if arrival - now > burst then return {'fast', arrival - now - burst} end

local network = ARGV[7]
local held = redis.call('HMGET', KEYS[8], 'comments', 'bytes', network, network .. ':bytes')
for n = 1, 4 do held[n] = tonumber(held[n] or 0) end
local room = ''
if held[3] >= tonumber(ARGV[10]) or held[4] >= tonumber(ARGV[11]) then
    room = 'share'
elseif held[1] >= tonumber(ARGV[8]) or held[2] >= tonumber(ARGV[9]) then
    room = 'full'
end

if not admitting then
    local published, refused = unpack(redis.call('HMGET', KEYS[6], 'published', 'refused'))
    local mark, address_mark = unpack(redis.call('HMGET', KEYS[7], ARGV[12], ARGV[13]))
    return {'welcome', tonumber(published or 0), tonumber(refused or 0), mark or '', address_mark or '', room}
end

-- One that was read and then finds no room counts too: reading it was the work.
redis.call('SET', KEYS[3], string.format('%d', arrival), 'PX', math.ceil(arrival - now))
if outcome == 'held' and room ~= '' then return {room} end

if ARGV[2] ~= '' then
    redis.call('SET', KEYS[1], ARGV[2] .. ' ' .. id .. ' ' .. outcome, 'PX', ARGV[14])
end
redis.call('SET', KEYS[2], id, 'PX', ARGV[15])

-- Where it stands in the tree: below its parent, or beside it where the parent is on the deepest level.
local path, root_at = id, now
if above then
    local _, level = string.gsub(above, '/', '/')
    if level >= tonumber(ARGV[26]) then above = string.match(above, '^(.*)/') end
    path, root_at = above .. '/' .. id, since
end

local size = 0
for n = 30, #ARGV, 2 do size = size + #ARGV[n] end

-- A day of waiting counts as much as the whole way from the threshold to certainty; fixed here, so that nobody's clock
-- moves the queue while it is read.
local useful = string.format('%.9f', ARGV[28] - now / 86400000)
redis.call('HSET', KEYS[9], 'outcome', outcome, 'version', 1, 'sequence', 1, 'created_at', now,
    'worst', ARGV[17], 'useful', useful, 'event', ARGV[19], 'undo_until', 0, 'path', path, 'root_at', root_at,
    'size', size, unpack(ARGV, 29))
redis.call('RPUSH', KEYS[10], '{"version":1,"at":' .. string.format('%d', now) .. ',' .. string.sub(ARGV[18], 2))

redis.call('HSET', KEYS[5], 'url', ARGV[24], 'title', ARGV[25])
redis.call('HSETNX', KEYS[5], 'opened', string.format('%d', now))
if outcome == 'published' then
    local root = string.match(path, '^[^/]+')
    redis.call('ZADD', KEYS[13], now, id)
    redis.call('ZADD', KEYS[16], 0, path)
    redis.call('ZADD', KEYS[17], root_at, root)
    redis.call('ZINCRBY', KEYS[18], 1, root)
    redis.call('HINCRBY', KEYS[5], 'revision', 1)
    redis.call('HINCRBY', KEYS[6], 'published', 1)
elseif outcome == 'held' then
    redis.call('HSET', KEYS[9], 'network', network)
    for field, by in pairs({comments = 1, bytes = size, [network] = 1, [network .. ':bytes'] = size}) do
        redis.call('HINCRBY', KEYS[8], field, by)
    end
    redis.call('ZADD', KEYS[11], ARGV[17], id)
    redis.call('ZADD', KEYS[12], now, id)
    redis.call('ZADD', KEYS[19], useful, id)
    for n = 22, #KEYS do redis.call('ZADD', KEYS[n], now, id) end
else
    redis.call('HINCRBY', KEYS[6], 'refused', 1)
end
if ARGV[27] == 'author' then
    redis.call('ZADD', KEYS[20], now, id)
    redis.call('HINCRBY', KEYS[21], outcome, 1)
end

redis.call('HSET', KEYS[14], 'type', ARGV[20], 'comment', id, 'sequence', 1, 'at', now, 'not_before', now,
    'data', ARGV[21])
redis.call('PEXPIRE', KEYS[14], ARGV[22])
redis.call('XADD', KEYS[15], '*', 'site', ARGV[23], 'event', ARGV[19], 'comment', id, 'sequence', 1)

return {'admitted', now}
