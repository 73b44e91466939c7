-- Take a comment in: refuse it at the door, or store it, queue, publish or reject it, and write its event, in one step.
-- Asked without a comment's id it only tells what it would refuse whatever the comment says, and changes nothing.
--
-- @include clock, held, outbox, rate_limit, tree, undo_window, waiting
--
-- KEYS
--   receipt            string  the Idempotency-Key's receipt
--   duplicate          string  which comment of this author said this in this thread
--   rate_limit         string  GCRA's theoretical arrival time for the writer's network, ms
--   parent             hash    the comment replied to
--   about              hash    url, title, opened, closed, revision of the thread
--   author_key_counts  hash    published, refused: of the author key's holder
--   marks              hash    author key or address's fingerprint → mark
--   held               hash    how many comments are held and of how many bytes, of the site and of each network
--   unsettled          zset    which of the author's comments count as what until their windows close
-- KEYS to admit
--   comment            hash    the new comment
--   decisions          list    its decisions
--   worst              zset    waiting comments by worst score
--   oldest             zset    waiting comments by age
--   useful             zset    waiting comments by what deciding them teaches
--   facets …           zset    waiting comments of one kind by age
--   thread             zset    public comments by age
--   tree               zset    paths of the thread's public comments
--   roots              zset    its first-level comments by age
--   roots_by_replies   zset    its first-level comments by how many are public there
--   in_undo_window     zset    changes of the page that wait for a window's end
--   author_comments    zset    the author's comments by age
--   author_counts      hash    how many of them stand where
--   event              hash    the event of it
--   outbox             stream  events to fan out
-- ARGV
--   id                 comment id, or "" to ask
--   payload            payload digest, or "" without an Idempotency-Key
--   reply              "reply" to what is public | "answer", a moderator's, to what is published | ""
--   interval           rate limit: ms between comments
--   burst              rate limit: ms that may be taken in advance
--   closes_after       ms after which the thread closes, or 0
--   network            network's digest
--   most_held          comments held at most
--   most_held_bytes    their bytes
--   share              comments of one network held at most
--   share_bytes        their bytes
--   author_key         author key's digest, or ""
--   address            address's fingerprint, or ""
--   longest_undo       longest undo window, ms
-- ARGV to admit
--   receipt_life       life of the receipt, ms
--   duplicate_life     how long the same words count as said already, ms
--   outcome            outcome
--   worst              worst score
--   decision           decision, JSON object
--   event_id           event id
--   event_type         event type
--   event_data         event data, JSON
--   event_life         event life, ms
--   site               site
--   url                thread's url
--   title              thread's title
--   deepest            deepest level
--   is_known           "1" where the author is known, or ""
--   usefulness         usefulness, 0 to 1
--   fields …           the comment's fields and values
-- Answers  {"seen", receipt} | {"closed"} | {"orphan"} | {"duplicate"} | {"fast", ms to wait}
--          | {"share"} (its network has no more room for what is held) | {"full"} (nobody has)
--          | {"admitted", now} | {"welcome", published, refused, mark, address's mark, "" or what a held one would be
--          refused by} (asked)

local id, outcome = A.id, A.outcome
local admitting = id ~= ''

-- A client that lost our answer and asked again gets the same one.
if admitting and redis.call('GET', K.duplicate) == id then
    return {'admitted', tonumber(redis.call('HGET', K.comment, 'created_at'))}
end

if A.payload ~= '' then
    local seen = redis.call('GET', K.receipt)
    if seen then return {'seen', seen} end
end

local opened, closed = unpack(redis.call('HMGET', K.about, 'opened', 'closed'))
local life = tonumber(A.closes_after)
if closed == '1' or (opened and life > 0 and now - opened > life) then return {'closed'} end

local above, since
-- When it shows, where that is not at once: what a moderator answers to something that does not show yet shows with it.
local shows_at
if A.reply ~= '' then
    local seen, _, seen_until = public_outcome(K.parent)
    local stands
    stands, above, since = unpack(redis.call('HMGET', K.parent, 'outcome', 'path', 'root_at'))
    if A.reply == 'reply' then stands = seen end
    if stands ~= 'published' then return {'orphan'} end
    if seen ~= 'published' then shows_at = seen_until end
end

if redis.call('EXISTS', K.duplicate) == 1 then return {'duplicate'} end

local arrival, wait = next_arrival(K.rate_limit, A.interval, tonumber(A.burst))
if wait > 0 then return {'fast', wait} end

local network = A.network
local held = redis.call('HMGET', K.held, 'comments', 'bytes', network, network .. ':bytes')
for n = 1, 4 do held[n] = tonumber(held[n] or 0) end
local room = ''
if held[3] >= tonumber(A.share) or held[4] >= tonumber(A.share_bytes) then
    room = 'share'
elseif held[1] >= tonumber(A.most_held) or held[2] >= tonumber(A.most_held_bytes) then
    room = 'full'
end

if not admitting then
    local published, refused = unpack(redis.call('HMGET', K.author_key_counts, 'published', 'refused'))
    published, refused = tonumber(published or 0), tonumber(refused or 0)
    local open = {string.format('(%d', now), string.format('%d', now + A.longest_undo)}
    for _, each in ipairs(redis.call('ZRANGEBYSCORE', K.unsettled, unpack(open))) do
        local was, is = string.match(each, '^%S+ (%S+) (%S+)$')
        if was == 'published' then published = published + 1 elseif was ~= 'held' then refused = refused + 1 end
        if is == 'published' then published = published - 1 elseif is ~= 'held' then refused = refused - 1 end
    end
    local mark, address_mark = unpack(redis.call('HMGET', K.marks, A.author_key, A.address))
    return {'welcome', published, refused, mark or '', address_mark or '', room}
end

-- One that was read and then finds no room counts too: reading it was the work.
keep_arrival(K.rate_limit, arrival)
if outcome == 'held' and room ~= '' then return {room} end

if A.payload ~= '' then
    redis.call('SET', K.receipt, A.payload .. ' ' .. id .. ' ' .. outcome, 'PX', A.receipt_life)
end
redis.call('SET', K.duplicate, id, 'PX', A.duplicate_life)

-- Where it stands in the tree: below its parent, or beside it where the parent is on the deepest level.
local path, root_at = id, now
if above then
    local _, level = string.gsub(above, '/', '/')
    if level >= tonumber(A.deepest) then above = string.match(above, '^(.*)/') end
    path, root_at = above .. '/' .. id, since
end

local size = 0
for n = 2, #A.fields, 2 do size = size + #A.fields[n] end

-- A day of waiting counts as much as the whole way from the threshold to certainty; fixed here, so that nobody's clock
-- moves the queue while it is read.
local useful = string.format('%.9f', A.usefulness - now / 86400000)
redis.call('HSET', K.comment, 'outcome', outcome, 'version', 1, 'sequence', 1, 'created_at', now,
    'worst', A.worst, 'useful', useful, 'event', A.event_id, 'undo_until', shows_at or 0, 'path', path,
    'root_at', root_at, 'size', size, unpack(A.fields))
redis.call('RPUSH', K.decisions, '{"version":1,"at":' .. string.format('%d', now) .. ',' .. string.sub(A.decision, 2))

redis.call('HSET', K.about, 'url', A.url, 'title', A.title)
redis.call('HSETNX', K.about, 'opened', string.format('%d', now))
if outcome == 'published' then
    local place = string.format('%d %d %s', now, root_at, path)
    if shows_at then
        redis.call('HSET', K.comment, 'before', 'held', 'before_version', 0)
        redis.call('ZADD', K.in_undo_window, shows_at, 'show ' .. place)
    else
        show(place)
        redis.call('HINCRBY', K.about, 'revision', 1)
    end
    redis.call('HINCRBY', K.author_key_counts, 'published', 1)
elseif outcome == 'held' then
    redis.call('HSET', K.comment, 'network', network)
    count_held(network, 1, size)
    list_waiting(id, now, A.worst, useful, true)
else
    redis.call('HINCRBY', K.author_key_counts, 'refused', 1)
end
if A.is_known ~= '' then
    redis.call('ZADD', K.author_comments, now, id)
    redis.call('HINCRBY', K.author_counts, outcome, 1)
end

emit(id, 1, shows_at or now)

return {'admitted', now}
