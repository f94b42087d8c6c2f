// Every page by every role: theirs, or not there at all.
import { assert, input, person, run, take_up } from "./house.mjs";

const OWN = ["/profile", "/profile/password"];
const OF_ACCOUNT = [
  "/channels/email",
  "/channels/email/domains/new",
  "/channels/email/addresses/new",
  "/channels/dns",
  "/channels/egress",
  "/account/settings",
  "/account/people",
  "/account/people/invite",
  "/account/audit",
  "/policies",
];
/** What an agent reads, too. */
const OF_MEMBERS = ["/mail/log", "/mail/suspended"];
const READ_BY_MEMBERS = [`/mail/log/${input.message}`, `/mail/suspended/${input.suspended}`];
const OF_OPERATORS = [
  "/operator/accounts",
  "/operator/accounts/new",
  "/operator/accounts/acme/invite",
  "/operator/queue",
  `/operator/queue/${input.job}/delete`,
  "/operator/health",
  "/operator/metrics",
];
/** What an agent answers, too. */
const ANSWERED_BY_MEMBERS = ["/tickets"];
const TICKET = `/tickets/${input.ticket}`;
const READ_TICKETS = [
  TICKET,
  `${TICKET}/comments/${input.comment}/html`,
  `${TICKET}/comments/${input.comment}/attachments/1`,
];
const TICKET_ACTS = [
  [`${TICKET}/reply`, { body: "not ours", kind: "public" }],
  [`${TICKET}/change`, { status: "solved", tags: "taken" }],
];
const THINGS = [
  `/mail/log/${input.message}/jobs/${input.job}/delete`,
  `/mail/suspended/${input.suspended}/delete`,
  "/channels/email/domains/acme.example",
  "/channels/email/domains/acme.example/rotate",
  `/channels/email/domains/acme.example/credentials/${input.credential}/discard`,
  "/channels/email/domains/acme.example/disconnect",
  "/channels/email/domains/acme.example/sources",
  "/channels/email/addresses/support%40acme.example",
  "/channels/email/addresses/support%40acme.example/server",
  "/channels/email/addresses/support%40acme.example/remove",
  "/account/people/agent%40staff.example/remove",
];
const ACTS = [
  [`/mail/log/${input.message}/jobs/${input.job}`, { hand: "hold" }],
  [`/mail/log/${input.message}/jobs/${input.job}/delete`, {}],
  ["/mail/suspended", { act: "delete-surely", id: input.suspended }],
  ["/mail/suspended", { act: "recover", id: input.suspended }],
  [`/mail/suspended/${input.suspended}/recover`, {}],
  ["/channels/email/domains/acme.example/name", { name: "taken" }],
  ["/channels/email/domains/acme.example/rotate", {}],
  [`/channels/email/domains/acme.example/credentials/${input.credential}/discard`, { last: "yes" }],
  ["/channels/email/domains/acme.example/disconnect", { domain: "acme.example" }],
  ["/channels/email/addresses/support%40acme.example/verify", { way: "both" }],
  ["/channels/email/addresses/support%40acme.example/server", { username: "evil" }],
  ["/channels/email/addresses/support%40acme.example/keep", {}],
  ["/channels/email/addresses/support%40acme.example/remove", {}],
  ["/channels/email/domains/acme.example/settings", { catch_all: "yes" }],
  ["/channels/email/domains/acme.example/sources", { from: "192.0.2.1" }],
  ["/channels/email/addresses/support%40acme.example/describe", { name: "taken" }],
  ["/channels/email/addresses/support%40acme.example/default", {}],
  ["/channels/email/addresses/support%40acme.example/way-in", { outbound_only: "yes" }],
  ["/channels/dns/acme.example/signing", { enabled: "yes" }],
  ["/account/people/agent%40staff.example/invite", {}],
  ["/account/people/agent%40staff.example/remove", {}],
];

const ACTS_OF_OPERATORS = [
  ["/operator/accounts/new", { subdomain: "evil", name: "Evil", admins: "evil@evil.example" }],
  ["/operator/accounts/acme/invite", { address: "evil@evil.example" }],
  [`/operator/queue/${input.job}`, { hand: "hold" }],
  [`/operator/queue/${input.job}/delete`, {}],
  ["/operator/queue/restored", {}],
];

run(async (browser) => {
  for (const who of ["admin", "agent", "stranger", "operator"]) {
    const { context, page, check } = await person(browser);
    await take_up(page, input[who]);
    const get = async (path) => (await context.request.get(path, { maxRedirects: 0 })).status();
    for (const path of OWN) assert.equal(await get(path), 200, `${who} ${path}`);
    for (const path of OF_ACCOUNT) {
      const expected = ["admin", "stranger"].includes(who) ? 200 : 404;
      assert.equal(await get(path), expected, `${who} ${path}`);
    }
    for (const path of [...OF_MEMBERS, ...ANSWERED_BY_MEMBERS]) {
      assert.equal(await get(path), who === "operator" ? 404 : 200, `${who} ${path}`);
    }
    for (const path of [...READ_BY_MEMBERS, ...READ_TICKETS]) {
      const expected = ["admin", "agent"].includes(who) ? 200 : 404;
      assert.equal(await get(path), expected, `${who} ${path}`);
    }
    for (const path of OF_OPERATORS) {
      assert.equal(await get(path), who === "operator" ? 200 : 404, `${who} ${path}`);
    }
    for (const path of THINGS) {
      assert.equal(await get(path), who === "admin" ? 200 : 404, `${who} ${path}`);
    }
    if (who === "agent") await nothing_to_press(page);
    if (who !== "admin") await nothing_happens(context, page, who, ACTS);
    if (who !== "operator") await nothing_happens(context, page, who, ACTS_OF_OPERATORS);
    if (["stranger", "operator"].includes(who)) {
      await nothing_happens(context, page, who, TICKET_ACTS);
    }
    check();
    await context.close();
  }
  const { context } = await person(browser);
  const read = [...READ_BY_MEMBERS, ...READ_TICKETS];
  const paths = [OWN, OF_ACCOUNT, OF_MEMBERS, ANSWERED_BY_MEMBERS, read, OF_OPERATORS, THINGS];
  for (const path of paths.flat()) {
    const answer = await context.request.get(path, { maxRedirects: 0 });
    assert.equal(answer.status(), 303, `nobody ${path}`);
    assert.match(answer.headers().location, /^\/sign-in/);
  }
  for (const [path, form] of [...ACTS, ...TICKET_ACTS, ...ACTS_OF_OPERATORS]) {
    const answer = await context.request.post(path, { form, maxRedirects: 0 });
    assert.ok([303, 403].includes(answer.status()), `nobody ${path}: ${answer.status()}`);
  }
});

/** What an agent may not do is not offered either. */
async function nothing_to_press(page) {
  for (const path of [...OF_MEMBERS.slice(1), ...READ_BY_MEMBERS]) {
    await page.goto(path);
    assert.equal(await page.locator("main button").count(), 0, path);
  }
}

/** With a form word of their own, as somebody would who knows our forms. */
async function nothing_happens(context, page, who, acts) {
  await page.goto("/profile");
  const form_word = await page.locator("input[name=form_word]").first().inputValue();
  for (const [path, form] of acts) {
    const answer = await context.request.post(path, { form: { ...form, form_word }, maxRedirects: 0 });
    assert.equal(answer.status(), 404, `${who} ${path}`);
  }
}
