-- The public comments of a page: by age, as a tree, and by how many are at a first-level one and below it.

-- Let a comment show on the page, or hide it there. *place* is "<created_at> <root_at> <path>".
local function show(place)
    local created_at, root_at, path = string.match(place, '^(%S+) (%S+) (%S+)$')
    if redis.call('ZADD', K.tree, 0, path) == 0 then return end
    local root = string.match(path, '^[^/]+')
    redis.call('ZADD', K.thread, created_at, string.match(path, '[^/]+$'))
    redis.call('ZADD', K.roots, root_at, root)
    redis.call('ZINCRBY', K.roots_by_replies, 1, root)
end

local function hide(place)
    local path = string.match(place, '%S+$')
    if redis.call('ZREM', K.tree, path) == 0 then return end
    local root = string.match(path, '^[^/]+')
    redis.call('ZREM', K.thread, string.match(path, '[^/]+$'))
    if tonumber(redis.call('ZINCRBY', K.roots_by_replies, -1, root)) <= 0 then
        redis.call('ZREM', K.roots, root)
        redis.call('ZREM', K.roots_by_replies, root)
    end
end
