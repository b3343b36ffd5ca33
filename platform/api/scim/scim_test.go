package scim_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"samtjanst/platform/api/scim"
	"samtjanst/platform/clock"
	"samtjanst/platform/directory"
	"samtjanst/platform/directory/people"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/idno"
	"samtjanst/platform/store"
	"samtjanst/platform/store/sealed"
	"samtjanst/platform/store/sqlitestore"
)

const (
	oldToken = "0123456789abcdef0123456789abcdef"
	newToken = "fedcba9876543210fedcba9876543210"
	town     = `id: %
name: Ekköpings kommun
short: Ekköping
code: "9901"
contact: {phone: 08-46500400, email: info@example.se}
accessibility: {statement: Ja, report: info@example.se}
privacy: Ja
authorities: [{slug: social, name: Socialnämnden}]
staff:
  rules:
    - {group: Tour Guides, authority: social, roles: [officer]}
    - {department: Tour Operations, title: Tour Guide, authority: social, roles: [manager]}
`
)

// world is an organisation with a SCIM server that is asked over HTTP.
type world struct {
	t       testing.TB
	people  *people.Register
	store   *failing
	clock   *clock.Manual
	make    func() *scim.Server // another process
	server  *httptest.Server
	token   string
	answers http.Header // of the last answer
}

// failing is a store of which writes to one collection fail while it is named.
type failing struct {
	store.Store
	collection string
}

func (f *failing) PutRecord(ctx context.Context, now time.Time, r store.Record) error {
	if f.collection == r.Collection {
		return fault.New("failing", fault.Unavailable, nil)
	}
	return f.Store.PutRecord(ctx, now, r)
}

func newWorld(t testing.TB) *world {
	t.Helper()
	with := town + "  scim: {tokens: [" + oldToken + ", " + newToken + "]}\n"
	dirs, err := directory.Load(fstest.MapFS{"m/ekkoping.yaml": {Data: []byte(strings.Replace(with, "%", "ekkoping", 1))},
		"m/tallvik.yaml": {Data: []byte(strings.Replace(town, "%", "tallvik", 1))}}, "m")
	if err != nil {
		t.Fatal(err)
	}
	db, err := sqlitestore.Open(filepath.Join(t.TempDir(), "db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	w := &world{t: t, store: &failing{Store: db}, clock: clock.NewManual(time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)), token: oldToken}
	keys, err := sealed.OpenKeyring(filepath.Join(t.TempDir(), "key"), db)
	if err != nil {
		t.Fatal(err)
	}
	w.people = people.NewRegister(dirs, w.store, keys, w.clock)
	w.make = func() *scim.Server {
		return scim.New(scim.Deps{Directory: dirs, People: w.people, Records: w.store, Keys: keys, Clock: w.clock, Log: slog.New(slog.DiscardHandler), BaseURL: "https://e.example.se"})
	}
	w.server = httptest.NewServer(w.make())
	t.Cleanup(w.server.Close)
	return w
}

type object = map[string]any

// do asks, below the organisation's address or from the root, and wants a status.
func (w *world) do(method, path, body string, want int, headers ...string) object {
	w.t.Helper()
	w.clock.Advance(100 * time.Millisecond)
	if path[0] != '/' {
		path = "/ekkoping/" + path
	}
	req, err := http.NewRequest(method, w.server.URL+scim.Root+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+w.token)
	req.Header.Set("Content-Type", "application/scim+json")
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := w.server.Client().Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	w.answers = res.Header
	if res.StatusCode != want {
		w.t.Fatalf("%s %s answers %d, not %d: %s", method, path, res.StatusCode, want, raw)
	}
	if ct := res.Header.Get("Content-Type"); ct != "application/scim+json" && len(raw) > 0 {
		w.t.Errorf("%s %s is %q", method, path, ct)
	}
	var out object
	if len(raw) > 0 && json.Unmarshal(raw, &out) != nil {
		w.t.Fatalf("%s %s answers no JSON: %s", method, path, raw)
	}
	return out
}

func (w *world) refused(method, path, body string, status int, scimType string) {
	w.t.Helper()
	got := w.do(method, path, body, status)
	if kind, _ := got["scimType"].(string); kind != scimType || !slices.Contains(got["schemas"].([]any), any("urn:ietf:params:scim:api:messages:2.0:Error")) {
		w.t.Errorf("%s %s %s is refused as %v, not %q", method, path, body, got, scimType)
	}
}

// found lists the user names or display names that a filter finds.
func (w *world) found(endpoint, filter string) []string {
	w.t.Helper()
	out := []string{}
	for _, r := range w.do("GET", endpoint+"?filter="+url.QueryEscape(filter), "", 200)["Resources"].([]any) {
		for _, name := range []string{"userName", "displayName"} {
			if s, ok := r.(object)[name].(string); ok {
				out = append(out, s)
				break
			}
		}
	}
	return out
}

// person is who a user is in the register.
func (w *world) person(id string) people.Person {
	w.t.Helper()
	p, _, err := w.people.Person(w.t.Context(), "ekkoping", people.ID(id))
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

// roles of a user now.
func (w *world) roles(id string) []identity.Role {
	w.t.Helper()
	s, err := w.people.Now(w.t.Context(), "ekkoping")
	if err != nil {
		w.t.Fatal(err)
	}
	var out []identity.Role
	for _, r := range s.Holds(s.Person(people.ID(id)), w.clock.Now()) {
		out = append(out, r.Role)
	}
	return out
}

func patchOf(operations string) string {
	return `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[` + operations + `]}`
}

// babs is the full user of RFC 7643 section 8.2, with a mail address of ours and the title and department of a rule.
const babs = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
"urn:samtjanst:params:scim:schemas:extension:person:2.0:User"],
"id":"2819c223-7f76-453a-919d-413861904646","externalId":"701984","userName":"bjensen@example.com",
"name":{"formatted":"Ms. Barbara J Jensen, III","familyName":"Jensen","givenName":"Barbara","middleName":"Jane","honorificPrefix":"Ms.","honorificSuffix":"III"},
"displayName":"Babs Jensen","nickName":"Babs","profileUrl":"https://login.example.com/bjensen",
"emails":[{"value":"bjensen@example.com","type":"work","primary":true},{"value":"babs@jensen.example","type":"home"}],
"addresses":[{"type":"work","streetAddress":"100 Universal City Plaza","locality":"Hollywood","region":"CA","postalCode":"91608","country":"USA","primary":true}],
"phoneNumbers":[{"value":"08-46500400","type":"work"},{"value":"070-174 06 05","type":"mobile"}],
"ims":[{"value":"someaimhandle","type":"aim"}],"userType":"Employee","title":"Tour Guide","preferredLanguage":"en-US","locale":"en-US","timezone":"America/Los_Angeles",
"active":true,"password":"t1meMa$heen","groups":[{"value":"e9e30dba-f08f-4109-8486-d5c6a331660a"}],
"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"701984","costCenter":"4130","organization":"Universal Studios","division":"Theme Park",
"department":"Tour Operations","manager":{"value":"26118915-6090-4610-87e4-49d8ca9f808d","displayName":"John Smith"}},
"urn:samtjanst:params:scim:schemas:extension:person:2.0:User":{"personalNumber":"19840312-2388"},
"meta":{"resourceType":"User"}}`

// The walk of RFC 7644 section 3: made, read, found, replaced, changed in parts, with tags, and taken away.
func TestRFC7644(t *testing.T) {
	w := newWorld(t)
	made := w.do("POST", "Users", babs, 201)
	id := made["id"].(string)
	at := "https://e.example.se/scim/v2/ekkoping/Users/" + id
	if id == "2819c223-7f76-453a-919d-413861904646" || made["password"] != nil || made["ims"] != nil || made["groups"] != nil || w.answers.Get("Location") != at || w.answers.Get("ETag") != `W/"1"` {
		t.Errorf("made: %v, %v", made, w.answers)
	}
	p := w.person(id)
	want := people.Person{ID: people.ID(id), Tenant: "ekkoping", Name: "Barbara Jensen", Number: idno.Must("198403122388"), Phone: "+46701740605", Email: "bjensen@example.com", Rev: 1,
		Synced: &people.Synced{From: "scim", External: "701984", UserName: "bjensen@example.com", Title: "Tour Guide", Department: "Tour Operations", Organisation: "Universal Studios", Active: true, At: w.clock.Now()}}
	if diff := cmp.Diff(want, p, cmp.Comparer(func(a, b idno.Number) bool { return a == b })); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]identity.Role{identity.Manager}, w.roles(id)); diff != "" {
		t.Error("roles by title and department:", diff)
	}
	if got := w.do("GET", "Users/"+id, "", 200); cmp.Diff(made, got) != "" {
		t.Error(cmp.Diff(made, got))
	}
	w.do("GET", "Users/"+id, "", 304, "If-None-Match", `W/"1"`)
	w.refused("POST", "Users", strings.Replace(babs, `"bjensen@example.com","name"`, `"BJensen@example.com","name"`, 1), 409, "uniqueness")
	w.refused("POST", "Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"displayName":"nobody"}`, 400, "invalidValue")
	w.refused("POST", "Users", `{"userName":`, 400, "invalidSyntax")
	w.refused("GET", "Users/2819c223", "", 404, "")
	w.do("POST", "Users", "userName=x", 415, "Content-Type", "application/x-www-form-urlencoded")

	// Replaced (3.5.1): what is not sent is no more; what is ours to say is passed over.
	put := w.do("PUT", "Users/"+id, strings.Replace(babs, `"nickName":"Babs",`, ``, 1), 200, "If-Match", `W/"1"`)
	if put["nickName"] != nil || w.answers.Get("ETag") != `W/"2"` || put["meta"].(object)["version"] != `W/"2"` {
		t.Errorf("replaced: %v", put)
	}
	w.do("PUT", "Users/"+id, babs, 412, "If-Match", `W/"1"`)

	// Changed in parts (3.5.2).
	for _, c := range []struct{ operations, path, want string }{
		{`{"op":"add","value":{"emails":[{"value":"b@example.se","type":"other"}],"nickName":"Babs"}}`, "emails", `[{"primary":true,"type":"work","value":"bjensen@example.com"},{"type":"home","value":"babs@jensen.example"},{"type":"other","value":"b@example.se"}]`},
		{`{"op":"replace","path":"emails[type eq \"other\"].primary","value":true}`, "emails", `[{"primary":false,"type":"work","value":"bjensen@example.com"},{"type":"home","value":"babs@jensen.example"},{"primary":true,"type":"other","value":"b@example.se"}]`},
		{`{"op":"remove","path":"emails[type eq \"home\" or value ew \"@example.se\"]"}`, "emails", `[{"primary":false,"type":"work","value":"bjensen@example.com"}]`},
		{`{"op":"replace","path":"name","value":{"familyName":"Provberg"}}`, "name", `{"familyName":"Provberg","formatted":"Ms. Barbara J Jensen, III","givenName":"Barbara","honorificPrefix":"Ms.","honorificSuffix":"III","middleName":"Jane"}`},
		{`{"op":"remove","path":"name.middleName"},{"op":"remove","path":"name.formatted"}`, "name", `{"familyName":"Provberg","givenName":"Barbara","honorificPrefix":"Ms.","honorificSuffix":"III"}`},
		{`{"op":"replace","path":"addresses[type eq \"work\"]","value":{"type":"work","streetAddress":"911 Universal City Plaza"}}`, "addresses", `[{"streetAddress":"911 Universal City Plaza","type":"work"}]`},
		{`{"op":"replace","path":"addresses[type eq \"work\"].streetAddress","value":"1010 Broadway Ave"}`, "addresses", `[{"streetAddress":"1010 Broadway Ave","type":"work"}]`},
		{`{"op":"remove","path":"addresses"}`, "addresses", `null`},
		// Entra ID: capital letters, booleans as texts, paths as keys, a manager as a text.
		{`{"op":"Replace","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager","value":"m1"}`, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", `{"costCenter":"4130","department":"Tour Operations","division":"Theme Park","employeeNumber":"701984","manager":{"value":"m1"},"organization":"Universal Studios"}`},
		{`{"op":"Replace","value":{"displayName":"B","name.givenName":"Bo","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department":"Back Office","unknown":1,"id":"x"}}`, "name", `{"familyName":"Provberg","givenName":"Bo","honorificPrefix":"Ms.","honorificSuffix":"III"}`},
		{`{"op":"Add","path":"phoneNumbers[type eq \"fax\"].value","value":"08-46500401"}`, "phoneNumbers", `[{"type":"work","value":"08-46500400"},{"type":"mobile","value":"070-174 06 05"},{"type":"fax","value":"08-46500401"}]`},
		{`{"op":"Replace","path":"active","value":"False"}`, "active", `false`},
		{`{"op":"replace","value":{"active":true}}`, "active", `true`}, // Okta
	} {
		got := w.do("PATCH", "Users/"+id, patchOf(c.operations), 200)
		if raw, _ := json.Marshal(got[c.path]); string(raw) != c.want {
			t.Errorf("%s: %s is %s, not %s", c.operations, c.path, raw, c.want)
		}
	}
	if p := w.person(id); p.Name != "Bo Provberg" || p.Synced.Department != "Back Office" || len(w.roles(id)) != 0 {
		t.Errorf("the person is %+v with %v", p, w.roles(id))
	}
	before := w.do("GET", "Users/"+id, "", 200)
	for operations, kind := range map[string]string{
		`{"op":"move","path":"title"}`: "invalidSyntax", `{"op":"remove"}`: "noTarget", `{"op":"replace","path":"emails[type eq \"fax\"].value","value":"x"}`: "noTarget",
		`{"op":"replace","path":"id","value":"x"}`: "mutability", `{"op":"add","path":"groups","value":[{"value":"x"}]}`: "mutability", `{"op":"replace","path":"colour","value":"x"}`: "invalidPath",
		`{"op":"replace","path":"emails[type eq","value":"x"}`: "invalidFilter", `{"op":"replace","path":"active","value":"perhaps"}`: "invalidValue", `{"op":"remove","path":"userName"}`: "invalidValue",
		`{"op":"replace","path":"nickName","value":"N"},{"op":"replace","path":"title","value":{"a":1}}`: "invalidValue", // all of it or nothing
	} {
		w.refused("PATCH", "Users/"+id, patchOf(operations), 400, kind)
	}
	if after := w.do("GET", "Users/"+id, "", 200); cmp.Diff(before, after) != "" {
		t.Error("what was refused has changed something:", cmp.Diff(before, after))
	}

	w.do("DELETE", "Users/"+id, "", 204)
	w.refused("GET", "Users/"+id, "", 404, "")
	w.refused("DELETE", "Users/"+id, "", 404, "")
	if p := w.person(id); p.Here() || p.Number.IsZero() {
		t.Errorf("taken away the person is %+v", p)
	}
	// Who comes back is the same person.
	if back := w.do("POST", "Users", babs, 201); back["id"] != id || !func() bool { p := w.person(id); return p.Here() }() {
		t.Errorf("back as %v", back["id"])
	}
}

// Groups make roles, by way of other groups too; a circle of groups ends; who is taken out or inactive has none at once.
func TestGroupsMakeRoles(t *testing.T) {
	w := newWorld(t)
	user := func(name string) string {
		return w.do("POST", "Users", `{"userName":"`+name+`","externalId":"x-`+name+`"}`, 201)["id"].(string)
	}
	a, b := user("a"), user("b")
	guides := w.do("POST", "Groups", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Tour Guides","members":[{"value":"`+a+`","display":"A"}]}`, 201)["id"].(string)
	inner := w.do("POST", "Groups", `{"displayName":"Inner"}`, 201)["id"].(string)
	w.refused("POST", "Groups", `{"displayName":"Other","members":[{"value":"nobody"}]}`, 400, "invalidValue")
	officer := []identity.Role{identity.Officer}
	is := func(step string, ra, rb []identity.Role) {
		t.Helper()
		if diff := cmp.Diff([][]identity.Role{ra, rb}, [][]identity.Role{w.roles(a), w.roles(b)}); diff != "" {
			t.Error(step, diff)
		}
	}
	is("made", officer, nil)
	w.do("PATCH", "Groups/"+guides, patchOf(`{"op":"Add","path":"members","value":[{"value":"`+inner+`"}]}`), 200)
	w.do("PATCH", "Groups/"+inner, patchOf(`{"op":"add","path":"members","value":[{"value":"`+b+`"},{"value":"`+guides+`"},{"value":"`+b+`"}]}`), 200)
	is("by way of another", officer, officer)
	got := w.do("GET", "Users/"+b+"?attributes=groups.display,groups.type", "", 200)
	if raw, _ := json.Marshal(got["groups"]); !strings.Contains(string(raw), `{"display":"Tour Guides","type":"indirect"}`) || !strings.Contains(string(raw), `{"display":"Inner","type":"direct"}`) || got["userName"] != nil || got["id"] != b {
		t.Errorf("groups of b: %v", got)
	}
	if diff := cmp.Diff([]string{"Inner", "Tour Guides"}, w.person(b).Synced.Groups); diff != "" {
		t.Error(diff)
	}
	w.do("PATCH", "Groups/"+guides, patchOf(`{"op":"remove","path":"members[value eq \"`+a+`\"]"}`), 200)
	w.do("PATCH", "Groups/"+inner, patchOf(`{"op":"Remove","path":"members","value":[{"value":"`+guides+`"}]}`), 200) // Entra ID
	is("taken out", nil, officer)
	w.do("PATCH", "Users/"+b, patchOf(`{"op":"replace","path":"active","value":false}`), 200)
	is("inactive", nil, nil)
	w.do("PATCH", "Users/"+b, patchOf(`{"op":"replace","path":"active","value":true}`), 200)
	is("active again", nil, officer)
	w.do("PUT", "Groups/"+guides, `{"displayName":"Renamed","members":[{"value":"`+inner+`"}]}`, 200)
	is("the group has another name", nil, nil)
	w.do("PATCH", "Groups/"+guides, patchOf(`{"op":"replace","value":{"id":"`+guides+`","displayName":"Tour Guides"}}`), 200) // Okta
	is("its name again", nil, officer)
	w.do("DELETE", "Groups/"+inner, "", 204)
	is("the group between is gone", nil, nil)
	if members := w.do("GET", "Groups/"+guides, "", 200)["members"]; members != nil {
		t.Errorf("a group that is gone is a member: %v", members)
	}
	w.do("PUT", "Groups/"+guides, `{"displayName":"Tour Guides","members":[{"value":"`+a+`"}]}`, 200)
	w.do("DELETE", "Users/"+a, "", 204)
	if members := w.do("GET", "Groups/"+guides, "", 200)["members"]; members != nil {
		t.Errorf("a user who is gone is a member: %v", members)
	}
}

// Who was entered by an administrator and comes by SCIM with the same number is the same person, with the roles given here. Nobody takes
// another's number, and a bad number hinders nobody from being made inactive.
func TestNumbers(t *testing.T) {
	w := newWorld(t)
	number := func(n string) string {
		return `"urn:samtjanst:params:scim:schemas:extension:person:2.0:User":{"personalNumber":"` + n + `"}`
	}
	entered, err := w.people.Put(t.Context(), people.Person{Tenant: "ekkoping", Name: "Sanna Provberg", Number: idno.Must("198403122388"),
		Roles: []people.Role{{Authority: "social", Role: identity.Decider}}}, people.Entry{By: "test"})
	if err != nil {
		t.Fatal(err)
	}
	sanna := w.do("POST", "Users", `{"userName":"sanna","externalId":"s1",`+number("840312-2388")+`}`, 201)["id"].(string)
	if sanna != string(entered.ID) || !slices.Contains(w.roles(sanna), identity.Decider) {
		t.Errorf("%s is not %s, with %v", sanna, entered.ID, w.roles(sanna))
	}
	w.refused("POST", "Users", `{"userName":"other","externalId":"s1"}`, 409, "uniqueness")
	w.refused("POST", "Users", `{"userName":"other",`+number("198403122388")+`}`, 409, "uniqueness")
	w.refused("POST", "Users", `{"userName":"other",`+number("198403122389")+`}`, 400, "invalidValue")
	if got := w.found("Users", `userName pr`); len(got) != 1 {
		t.Errorf("what was refused is there: %v", got)
	}
	w.do("PUT", "Users/"+sanna, `{"userName":"sanna","externalId":"s1","active":false,`+number("oj")+`}`, 200)
	if p := w.person(sanna); p.Here() {
		t.Error("still here")
	}
}

// When the store fails between what is told and what follows, the client is told so, and the next question catches up; another process knows too.
func TestCatchesUp(t *testing.T) {
	w := newWorld(t)
	id := w.do("POST", "Users", `{"userName":"a","externalId":"a"}`, 201)["id"].(string)
	w.store.collection = "person"
	w.do("POST", "Groups", `{"displayName":"Tour Guides","members":[{"value":"`+id+`"}]}`, 503)
	w.do("PATCH", "Users/"+id, patchOf(`{"op":"replace","path":"active","value":false}`), 503)
	w.store.collection = ""
	if got := w.found("Groups", `displayName eq "tour guides"`); len(got) != 1 || len(w.roles(id)) != 1 {
		t.Errorf("groups %v, roles %v", got, w.roles(id))
	}
	other := *w
	other.server = httptest.NewServer(w.make())
	defer other.server.Close()
	other.do("PATCH", "Users/"+id, patchOf(`{"op":"replace","path":"active","value":false}`), 200)
	if got := w.do("GET", "Users/"+id, "", 200); got["active"] != false {
		t.Errorf("the other process's change is not seen: %v", got)
	}
	w.do("PATCH", "Users/"+id, patchOf(`{"op":"replace","path":"title","value":"T"}`), 200)
	if got := other.do("GET", "Users/"+id, "", 200); got["title"] != "T" || len(w.roles(id)) != 0 {
		t.Errorf("%v", got)
	}
}
