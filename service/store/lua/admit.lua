-- Take a comment in: refuse it at the door, or store it, queue, publish or reject it, and write its event, in one step.
-- Asked without a comment's id it only tells what it would refuse whatever the comment says, and changes nothing.
--
-- Stands behind public.lua.
-- KEYS  1 receipt      string  the Idempotency-Key's receipt
--       2 said         string  what this author said in this thread
--       3 pace         string  GCRA's theoretical arrival time for the writer's network, ms
--       4 parent       hash    the comment replied to
--       5 about        hash    url, title, opened, closed, revision of the thread
--       6 author       hash    counts of the author key's holder
--       7 marks        hash    author key or address's fingerprint → mark
--       8 held         hash    how many comments are held and of how many bytes, of the site and of each network
--       9 unsettled    zset    which of the author's comments count as what until their windows close
--       to admit:
--      10 comment      hash    the new comment
--      11 decisions    list    its decisions
--      12 worst        zset    waiting comments by worst score
--      13 oldest       zset    waiting comments by age
--      14 thread       zset    public comments by age
--      15 event        hash    the event to tell
--      16 outbox       stream  events to fan out
--      17 tree         zset    paths of the thread's public comments
--      18 roots        zset    its first-level comments by age
--      19 busy         zset    its first-level comments by how many are public there
--      20 useful       zset    waiting comments by what deciding them teaches
--      21 written      zset    the author's comments by age
--      22 record       hash    how many of them stand where
--      23 soon         zset    changes of the page that wait for a window's end
--      24 … facets     zset    waiting comments of one kind by age
-- ARGV  1 comment id, or "" to ask
--       2 payload digest, or "" without an Idempotency-Key
--       3 "reply" to what is public | "answer", a moderator's, to what is published | ""
--       4 pace: ms between comments    5 pace: burst, ms      6 ms after which the thread closes, or 0
--       7 network's digest    8 comments held at most    9 their bytes    10 of one network    11 their bytes
--      12 author key's digest, or ""    13 address's fingerprint, or ""
--      14 longest undo window, ms
--      to admit:
--      15 life of the receipt, ms    16 life of said, ms    17 outcome    18 worst score
--      19 decision, JSON object    20 event id    21 event type    22 event data, JSON    23 event life, ms
--      24 site    25 thread's url    26 thread's title    27 deepest level    28 "author" or "" for nobody known
--      29 usefulness, 0 to 1    30 … the comment's fields and values
-- Answers  {"seen", receipt} | {"closed"} | {"orphan"} | {"duplicate"} | {"fast", ms to wait}
--          | {"share"} (its network has no more room for what is held) | {"full"} (nobody has)
--          | {"admitted", now} | {"welcome", published, refused, mark, address's mark, "" or what a held one would be
--          refused by} (asked)

local id, outcome = ARGV[1], ARGV[17]
local admitting = id ~= ''

-- A client that lost our answer and asked again gets the same one.
if admitting and redis.call('GET', KEYS[2]) == id then
    return {'admitted', tonumber(redis.call('HGET', KEYS[10], 'created_at'))}
end

if ARGV[2] ~= '' then
    local seen = redis.call('GET', KEYS[1])
    if seen then return {'seen', seen} end
end

local opened, closed = unpack(redis.call('HMGET', KEYS[5], 'opened', 'closed'))
local life = tonumber(ARGV[6])
if closed == '1' or (opened and life > 0 and now - opened > life) then return {'closed'} end

local above, since
-- When it shows, where that is not at once: what a moderator answers to something that does not show yet shows with it.
local shows_at
if ARGV[3] ~= '' then
    local seen, _, seen_until = seen_of(KEYS[4], ARGV[14])
    local stands
    stands, above, since = unpack(redis.call('HMGET', KEYS[4], 'outcome', 'path', 'root_at'))
    if ARGV[3] == 'reply' then stands = seen end
    if stands ~= 'published' then return {'orphan'} end
    if seen ~= 'published' then shows_at = seen_until end
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
    published, refused = tonumber(published or 0), tonumber(refused or 0)
    local open = {string.format('(%d', now), string.format('%d', now + ARGV[14])}
    for _, each in ipairs(redis.call('ZRANGEBYSCORE', KEYS[9], unpack(open))) do
        local was, is = string.match(each, '^%S+ (%S+) (%S+)$')
        if was == 'published' then published = published + 1 elseif was ~= 'held' then refused = refused + 1 end
        if is == 'published' then published = published - 1 elseif is ~= 'held' then refused = refused - 1 end
    end
    local mark, address_mark = unpack(redis.call('HMGET', KEYS[7], ARGV[12], ARGV[13]))
    return {'welcome', published, refused, mark or '', address_mark or '', room}
end

-- One that was read and then finds no room counts too: reading it was the work.
redis.call('SET', KEYS[3], string.format('%d', arrival), 'PX', math.ceil(arrival - now))
if outcome == 'held' and room ~= '' then return {room} end

if ARGV[2] ~= '' then
    redis.call('SET', KEYS[1], ARGV[2] .. ' ' .. id .. ' ' .. outcome, 'PX', ARGV[15])
end
redis.call('SET', KEYS[2], id, 'PX', ARGV[16])

-- Where it stands in the tree: below its parent, or beside it where the parent is on the deepest level.
local path, root_at = id, now
if above then
    local _, level = string.gsub(above, '/', '/')
    if level >= tonumber(ARGV[27]) then above = string.match(above, '^(.*)/') end
    path, root_at = above .. '/' .. id, since
end

local size = 0
for n = 31, #ARGV, 2 do size = size + #ARGV[n] end

-- A day of waiting counts as much as the whole way from the threshold to certainty; fixed here, so that nobody's clock
-- moves the queue while it is read.
local useful = string.format('%.9f', ARGV[29] - now / 86400000)
redis.call('HSET', KEYS[10], 'outcome', outcome, 'version', 1, 'sequence', 1, 'created_at', now,
    'worst', ARGV[18], 'useful', useful, 'event', ARGV[20], 'undo_until', shows_at or 0, 'path', path, 'root_at', root_at,
    'size', size, unpack(ARGV, 30))
redis.call('RPUSH', KEYS[11], '{"version":1,"at":' .. string.format('%d', now) .. ',' .. string.sub(ARGV[19], 2))

redis.call('HSET', KEYS[5], 'url', ARGV[25], 'title', ARGV[26])
redis.call('HSETNX', KEYS[5], 'opened', string.format('%d', now))
if outcome == 'published' then
    local place = string.format('%d %d %s', now, root_at, path)
    if shows_at then
        redis.call('HSET', KEYS[10], 'before', 'held', 'before_version', 0)
        redis.call('ZADD', KEYS[23], shows_at, 'show ' .. place)
    else
        show({thread = KEYS[14], tree = KEYS[17], roots = KEYS[18], busy = KEYS[19]}, place)
        redis.call('HINCRBY', KEYS[5], 'revision', 1)
    end
    redis.call('HINCRBY', KEYS[6], 'published', 1)
elseif outcome == 'held' then
    redis.call('HSET', KEYS[10], 'network', network)
    for field, by in pairs({comments = 1, bytes = size, [network] = 1, [network .. ':bytes'] = size}) do
        redis.call('HINCRBY', KEYS[8], field, by)
    end
    redis.call('ZADD', KEYS[12], ARGV[18], id)
    redis.call('ZADD', KEYS[13], now, id)
    redis.call('ZADD', KEYS[20], useful, id)
    for n = 24, #KEYS do redis.call('ZADD', KEYS[n], now, id) end
else
    redis.call('HINCRBY', KEYS[6], 'refused', 1)
end
if ARGV[28] == 'author' then
    redis.call('ZADD', KEYS[21], now, id)
    redis.call('HINCRBY', KEYS[22], outcome, 1)
end

redis.call('HSET', KEYS[15], 'type', ARGV[21], 'comment', id, 'sequence', 1, 'at', now, 'not_before', shows_at or now,
    'data', ARGV[22])
redis.call('PEXPIRE', KEYS[15], ARGV[23])
redis.call('XADD', KEYS[16], '*', 'site', ARGV[24], 'event', ARGV[20], 'comment', id, 'sequence', 1)

return {'admitted', now}
