-- Decide a comment, undo its last decision within that one's window, or give it another wording where it stands: state,
-- queue, page, log and event in one step.
--
-- Stands behind public.lua.
-- KEYS  1 comment      hash    the comment
--       2 decisions    list    its decisions
--       3 lease        hash    who holds it
--       4 worst        zset    waiting comments by worst score
--       5 oldest       zset    waiting comments by age
--       6 thread       zset    public comments by age
--       7 soon         zset    changes of the page that wait for a window's end
--       8 about        hash    revision of the thread
--       9 author       hash    counts of the author key's holder
--      10 event        hash    the event to tell
--      11 outbox       stream  events to fan out
--      12 undone       hash    the event of the decision that is undone (when undoing)
--      13 tree         zset    paths of the thread's public comments
--      14 roots        zset    its first-level comments by age
--      15 busy         zset    its first-level comments by how many are public there
--      16 reported     zset    reported comments by how many reports wait
--      17 latest       zset    reported comments by their last report
--      18 useful       zset    waiting comments by what deciding them teaches
--      19 escalated    zset    comments that were handed on, by when
--      20 spam         zset    comments marked as spam, by when
--      21 decided      zset    comments that people decided, by when
--      22 leases       zset    leased comments by the end of their lease
--      23 record       hash    how many of the author's comments stand where
--      24 log          stream  the site's moderation log
--      25 acts         list    what moderators did to the comment beside deciding
--      26 held         hash    how many comments are held and of how many bytes, of the site and of each network
--      27 unsettled    zset    which of the author's comments count as what until their windows close
--      28 … facets     zset    waiting comments of one kind by age
-- ARGV  1 comment id    2 version that the decider saw    3 lease token, or "" without one
--       4 outcome       5 decision, JSON object           6 undo window, ms
--       7 "undo" or ""  8 event id    9 event type    10 event data, JSON    11 event life, ms    12 site
--      13 "escalated" or ""    14 decider's id where another's lease stops them, else ""    15 "author" or ""
--      16 decided comments that are listed
--      17 "" or the Entry that logs a new wording, JSON object    18 entries that the log keeps, about
--      19 length of the longest lease, ms    20 longest undo window, ms
--      21 … with a new wording: the comment's fields that it changes, and their values; `worst` is the first
-- Answers  {"missing"} | {"stale", last decision} | {"lost", last decision} | {"taken", holder's id, name, ends}
--          | {"late"} | {"decided", last decision as stored}

local id, outcome, undoing = ARGV[1], ARGV[4], ARGV[7] == 'undo'
local rewording = ARGV[17] ~= ''

local was = redis.call('HMGET', KEYS[1], 'outcome', 'version', 'sequence', 'created_at', 'worst', 'undo_until', 'event',
    'path', 'root_at', 'useful', 'reports_seen', 'size', 'network')
if not was[1] then return {'missing'} end
-- A client that lost our answer and asked again gets the same one.
if was[7] == ARGV[8] then return {'decided', redis.call('LINDEX', KEYS[2], -1)} end
if was[2] ~= ARGV[2] then return {'stale', redis.call('LINDEX', KEYS[2], -1)} end
if ARGV[3] ~= '' and redis.call('HGET', KEYS[3], 'token') ~= ARGV[3] then
    return {'lost', redis.call('LINDEX', KEYS[2], -1)}
end
if ARGV[14] ~= '' then
    local holder = redis.call('HMGET', KEYS[3], 'holder', 'name')
    local ends = redis.call('PTTL', KEYS[3])
    if holder[1] and holder[1] ~= ARGV[14] and ends <= tonumber(ARGV[19]) then
        return {'taken', holder[1], holder[2], now + ends}
    end
end
if undoing and is_over(tonumber(was[6]), ARGV[20]) then return {'late'} end

local seen, seen_version, seen_until = seen_of(KEYS[1], ARGV[20])
local version, sequence = was[2] + 1, was[3] + 1
local window = tonumber(ARGV[6])
local undo_until = window > 0 and now + window or 0
local public_from = math.max(now, undo_until)
local decision = '{"version":' .. version .. ',"at":' .. string.format('%d', now) .. ',"undo_until":'
    .. string.format('%d', undo_until) .. ',' .. string.sub(ARGV[5], 2)

-- Whoever decides has seen what readers reported; whoever takes that back has not, nor what came since. Who rewords it
-- has not decided yet.
local waiting = tonumber(redis.call('ZSCORE', KEYS[16], id) or 0)
local reports = undoing and outcome == 'published' and (was[11] or 0) + waiting or rewording and waiting or 0

redis.call('HSET', KEYS[1], 'outcome', outcome, 'version', version, 'sequence', sequence, 'event', ARGV[8],
    'undo_until', undo_until, 'before', seen, 'before_version', seen_version,
    'escalated', ARGV[13] == 'escalated' and '1' or '', 'reports_seen', waiting)
redis.call('RPUSH', KEYS[2], decision)
local was_size, size = tonumber(was[12]), tonumber(was[12])
if rewording then
    -- All that a wording changes is counted, but for `worst`.
    for n = 23, #ARGV, 2 do size = size + #ARGV[n + 1] - redis.call('HSTRLEN', KEYS[1], ARGV[n]) end
    redis.call('HSET', KEYS[1], 'size', size)
    local entry = '{"at":' .. string.format('%d', now) .. ',' .. string.sub(ARGV[17], 2)
    redis.call('HSET', KEYS[1], unpack(ARGV, 21))
    redis.call('RPUSH', KEYS[25], entry)
    redis.call('XADD', KEYS[24], 'MAXLEN', '~', ARGV[18], '*', 'entry', entry)
    was[5] = ARGV[22]
else
    redis.call('DEL', KEYS[3])
    redis.call('ZREM', KEYS[22], id)
end

-- The desk's lists.
local stamp = string.format('%d', now)
local waits = outcome == 'held' and ARGV[13] ~= 'escalated'
local function list(key, score, is_in)
    if is_in then redis.call('ZADD', key, score, id) else redis.call('ZREM', key, id) end
end
list(KEYS[4], was[5], waits)
list(KEYS[5], was[4], waits)
list(KEYS[18], was[10], waits)
for n = 28, #KEYS do list(KEYS[n], was[4], waits) end
list(KEYS[16], reports, reports > 0)
if not rewording then list(KEYS[17], stamp, reports > 0) end
list(KEYS[19], stamp, ARGV[13] == 'escalated')
list(KEYS[20], stamp, outcome == 'spam')
list(KEYS[21], stamp, not waits)
redis.call('ZREMRANGEBYRANK', KEYS[21], 0, -1 - ARGV[16])

-- What is held, of the site and of each network. A network is known for as long as its comment is held.
local function count(by, bytes)
    redis.call('HINCRBY', KEYS[26], 'comments', by)
    redis.call('HINCRBY', KEYS[26], 'bytes', bytes)
    if was[13] then
        local left = redis.call('HINCRBY', KEYS[26], was[13], by)
        redis.call('HINCRBY', KEYS[26], was[13] .. ':bytes', bytes)
        if left <= 0 then redis.call('HDEL', KEYS[26], was[13], was[13] .. ':bytes') end
    end
end
if was[1] == 'held' and outcome == 'held' then
    count(0, size - was_size)
elseif was[1] == 'held' then
    count(-1, -was_size)
    redis.call('HDEL', KEYS[1], 'network')
elseif outcome == 'held' then
    count(1, size)
end

-- The page: it changes once this can't be undone any more, if it does.
local page = {about = KEYS[8], thread = KEYS[6], soon = KEYS[7], tree = KEYS[13], roots = KEYS[14], busy = KEYS[15]}
settle(page, ARGV[20])
local place = was[4] .. ' ' .. was[9] .. ' ' .. was[8]
redis.call('ZREM', page.soon, 'show ' .. place, 'hide ' .. place)
local shows, will_show = seen == 'published', outcome == 'published'
if shows ~= will_show and undo_until > 0 then
    redis.call('ZADD', page.soon, undo_until, (will_show and 'show ' or 'hide ') .. place)
elseif shows ~= will_show or (shows and rewording) then
    if will_show then show(page, place) else hide(page, place) end
    redis.call('HINCRBY', page.about, 'revision', 1)
end

-- The author's standing, of which the door hears at that time too.
local counted = {published = 'published', rejected = 'refused', spam = 'refused'}
if counted[was[1]] then redis.call('HINCRBY', KEYS[9], counted[was[1]], -1) end
if counted[outcome] then redis.call('HINCRBY', KEYS[9], counted[outcome], 1) end
redis.call('ZREMRANGEBYSCORE', KEYS[27], '-inf', now)
if seen_until then redis.call('ZREM', KEYS[27], id .. ' ' .. seen .. ' ' .. was[1]) end
if undo_until > 0 and seen ~= outcome then
    redis.call('ZADD', KEYS[27], undo_until, id .. ' ' .. seen .. ' ' .. outcome)
    redis.call('PEXPIRE', KEYS[27], ARGV[20])
end
if ARGV[15] == 'author' then
    redis.call('HINCRBY', KEYS[23], was[1], -1)
    redis.call('HINCRBY', KEYS[23], outcome, 1)
end

redis.call('HSET', KEYS[10], 'type', ARGV[9], 'comment', id, 'sequence', sequence, 'at', now,
    'not_before', public_from, 'data', ARGV[10])
redis.call('PEXPIRE', KEYS[10], ARGV[11])
if undoing then redis.call('HSET', KEYS[12], 'cancelled', 1) end
redis.call('XADD', KEYS[11], '*', 'site', ARGV[12], 'event', ARGV[8], 'comment', id,
    'sequence', sequence)

return {'decided', decision}
