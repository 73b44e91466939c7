-- The lists in which a comment stands.

-- Let a comment stand in a list with *score*, or not.
local function list(key, score, id, is_in)
    if is_in then redis.call('ZADD', key, score, id) else redis.call('ZREM', key, id) end
end

-- Let a comment wait for a person, in every order and among those of its kinds, or no more.
local function list_waiting(id, created_at, worst, useful, waits)
    list(K.worst, worst, id, waits)
    list(K.oldest, created_at, id, waits)
    list(K.useful, useful, id, waits)
    for _, facet in ipairs(K.facets) do list(facet, created_at, id, waits) end
end
