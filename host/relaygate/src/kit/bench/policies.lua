-- The four decisions of `policies/` about the message of the bench, as somebody would write
-- them in Lua: the same readings in the same order, for the questions the bench asks.
-- `host` is the program: mail, settings, lookup.

local function domain_of(address)
  return address:match("@([^@]*)$") or ""
end

-- address-limits

local function recipient_rules()
  return {
    recipients_per_message = host.number("address-limits", "recipients_per_message") or 100,
    reject_unauthenticated = host.flag("address-limits", "reject_unauthenticated") or false,
    require_domain_proof = host.flag("address-limits", "require_domain_proof") or false,
  }
end

function recipient(session, envelope, candidate)
  local rules = recipient_rules()
  if #envelope.recipients >= rules.recipients_per_message then
    return { verdict = "defer", code = "too_many_recipients" }
  end
  if rules.require_domain_proof and candidate.unproved then
    return { verdict = "defer", code = "domain_unproved" }
  end
  if session.connector ~= domain_of(candidate.address) then
    return { verdict = "reject", code = "recipient_outside_domain" }
  end
  if candidate.disconnecting then
    return { verdict = "defer", code = "connector_disconnecting" }
  end
  return { verdict = "accept" }
end

-- header-check

local function fields_of(block)
  local fields, at = {}, 1
  while at <= #block do
    local stop = at
    repeat
      local line_end = block:find("\n", stop, true)
      stop = (line_end or #block) + 1
      local next = block:byte(stop)
    until not line_end or not (next == 32 or next == 9)
    local colon = block:find(":", at, true)
    if colon and colon < stop then
      local name = block:sub(at, colon - 1):match("^(.-)%s*$")
      fields[#fields + 1] = { name = name:lower(), raw = block:sub(colon + 1, stop - 1) }
    end
    at = stop
  end
  return fields
end

local function value_of(field)
  return (field.raw:gsub("[\r\n]", ""):match("^%s*(.-)%s*$"))
end

local function keyword_of(field)
  return field.raw:match("^%s*([^%s;(]*)"):lower()
end

local function count(fields, name)
  local found = 0
  for _, field in ipairs(fields) do
    if field.name == name then found = found + 1 end
  end
  return found
end

local function without_comments(value)
  local plain, depth, quoted, escaped = {}, 0, false, false
  for at = 1, #value do
    local c = value:sub(at, at)
    if escaped then escaped = false
    elseif c == "\\" then escaped = true
    elseif c == '"' and depth == 0 then quoted = not quoted
    elseif c == "(" and not quoted then depth = depth + 1
    elseif c == ")" and not quoted then depth = math.max(depth - 1, 0)
    elseif depth > 0 then
    elseif quoted and (c == ";" or c == "=" or c == " " or c == "\t") then plain[#plain + 1] = "_"
    else plain[#plain + 1] = c end
  end
  return table.concat(plain)
end

local function covers(named, domain)
  named, domain = named:lower(), domain:lower()
  return named:find(".", 1, true) and (named == domain or domain:sub(-#named - 1) == "." .. named)
end

local function author_of(fields, domain)
  local value
  for _, field in ipairs(fields) do
    if field.name == "authentication-results" then value = without_comments(value_of(field)) break end
  end
  if not value or domain == "" then return "none" end
  local outcomes = {}
  for part in value:gmatch(";([^;]*)") do
    local method, result = part:match("(%S-)=(%S+)")
    if method then
      local properties = {}
      for key, word in part:gmatch("([%w%.%-]+)=(%S+)") do
        properties[key:lower()] = (word:gsub('"', ""):match("@([^@]*)$")) or word
      end
      outcomes[#outcomes + 1] = { method = method:lower(), result = result:lower(), properties = properties }
    end
  end
  local dmarc, spf_fails, aligned
  for _, it in ipairs(outcomes) do
    if it.method == "dmarc" then dmarc = dmarc or it end
    if it.method == "spf" and it.result == "fail" then spf_fails = true end
    local named = it.method == "dkim" and it.properties["header.d"]
      or it.method == "spf" and it.properties["smtp.mailfrom"]
    if named and it.result == "pass" and covers(named, domain) then aligned = true end
  end
  if dmarc and dmarc.result == "pass" then
    local from = dmarc.properties["header.from"]
    if not from or from:lower() == domain:lower() then return "pass" end
  elseif dmarc and dmarc.result == "fail" then
    return "fail"
  end
  if aligned then return "pass" end
  if not dmarc and spf_fails then return "fail" end
  return "none"
end

local function origin_of(fields, sender, author)
  local report, list, autoreply, auto_submitted, precedence
  for _, field in ipairs(fields) do
    local name = field.name
    if name == "auto-submitted" then auto_submitted = keyword_of(field)
    elseif name == "precedence" then precedence = keyword_of(field)
    elseif name == "list-id" then list = true
    elseif name == "x-autoreply" or name == "x-autorespond" then autoreply = true
    elseif name == "content-type" then
      report = report or keyword_of(field) == "multipart/report"
        and field.raw:lower():find("delivery-status", 1, true) ~= nil
    end
  end
  local mailbox = (author:match("^(.*)@") or ""):lower()
  if report or mailbox == "mailer-daemon" or mailbox == "postmaster" then return "bounce" end
  if autoreply or auto_submitted == "auto-replied" or precedence == "auto_reply" then return "vacation" end
  if sender == "" then return "bounce" end
  if list or precedence == "bulk" or precedence == "list" or precedence == "junk" then return "bulk" end
  if auto_submitted and auto_submitted ~= "no" then return "automatic" end
  return "person"
end

function inbound(facts)
  local fields = fields_of(host.header_block())
  local from = host.mailboxes("From")
  local reply_to = count(fields, "reply-to") > 0 and host.mailboxes("Reply-To") or {}
  local hops_max = host.number("header-check", "hops_max") or 30
  local use_reply_to = host.flag("header-check", "use_reply_to")
  local reject_unparseable = host.flag("header-check", "reject_unparseable")
  local prefix = "x-" .. (host.text("header-check", "product.header_prefix") or ""):lower() .. "-"
  if count(fields, "received") > hops_max then
    return { verdict = "reject", code = "too_many_hops" }
  end
  local flags = {}
  for _, defect in ipairs(facts.defects) do
    if defect == "unparseable" and reject_unparseable then
      return { verdict = "reject", code = "unparseable" }
    end
    flags[#flags + 1] = defect
  end
  for _, field in ipairs(fields) do
    if field.name:sub(1, #prefix) == prefix then flags[#flags + 1] = "forged_product_header" break end
  end
  local several = #from > 1 or count(fields, "from") > 1
  if several then flags[#flags + 1] = "several_from" end
  for _, name in ipairs({ "content-type", "content-transfer-encoding", "mime-version" }) do
    if count(fields, name) > 1 then flags[#flags + 1] = "mime_ambiguous" break end
  end
  local author = from[1] and from[1].address or ""
  local known = facts.trusted_authserv and author_of(fields, domain_of(author)) or "none"
  if several and known == "pass" then known = "none" end
  local author_field, other = "from", reply_to[1] and reply_to[1].address
  if other and other:lower() ~= author:lower() and use_reply_to ~= false and facts.connector
    and not host.is_support_address(other) then
    author_field, flags[#flags + 1] = "reply-to", "reply_to_differs"
    if known == "pass" then known = "none" end
  end
  return {
    verdict = "accept", edits = {}, origin = origin_of(fields, facts.sender, author),
    author = known, author_field = author_field, flags = flags,
  }
end

-- tagging

function delivery(facts)
  local system = {}
  if not facts.update then
    if facts.relay_authenticated then system[1] = "authenticated-ticket" end
  elseif facts.update.created_authenticated and not facts.relay_authenticated then
    system[1] = "unauthenticated-update"
  end
  return { system = system }
end

-- routing

function route(arrival)
  local author = arrival.author_address
  local function on(list)
    return author and (host.contains("routing", list, author) or host.contains("routing", list, domain_of(author)))
  end
  local allowed, blocked = on("allow_list"), on("block_list")
  local allow_automatic = host.flag("routing", "allow_automatic")
  local allow_bulk = host.flag("routing", "allow_bulk")
  local suspend_failed = host.flag("routing", "suspend_failed_authors")
  host.flag("routing", "suspend_other_users")
  host.flag("routing", "send_as_forwarded")
  local limit = (host.number("routing", "messages_per_hour") or 20) * (allowed and 10 or 1)
  if arrival.author_messages > limit then
    return { suspend = "loop" }
  end
  local failed = arrival.author == "fail"
  if arrival.origin == "loop" then return { suspend = "loop" } end
  if blocked then return { suspend = "blocked" } end
  for _, flag in ipairs(arrival.flags) do
    if flag == "unparseable" or flag == "no_from" then return { suspend = "unprocessable" } end
  end
  if arrival.require_authenticated and not arrival.relay_authenticated then
    return { suspend = "unauthenticated-update" }
  end
  if arrival.origin == "bounce" then return { suspend = "bounce" } end
  if arrival.origin == "vacation" then return { suspend = "vacation" } end
  if arrival.origin == "bulk" and not allow_bulk then return { suspend = "bulk" } end
  if arrival.origin == "automatic" and not allow_automatic then return { suspend = "automatic" } end
  if arrival.author_is_ours then return { suspend = "from-support-address" } end
  if failed and suspend_failed then return { suspend = "failed-authentication" } end
  return { ticket = arrival.brand }
end
