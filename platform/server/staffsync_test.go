package server_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"samtjanst/examples/demo"
	source "samtjanst/integrations/people"
	"samtjanst/platform/directory/people"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/identity"
	"samtjanst/platform/server/servertest"
)

// catalogue is an organisation's own directory as it answers just now.
type catalogue struct {
	all   []source.Entry
	err   error
	asked int
}

func (c *catalogue) Everybody(context.Context) ([]source.Entry, error) {
	c.asked++
	return c.all, c.err
}

// follower is a world in which Ekköping tells who works there by SCIM, and takes rights away in another system: Tallvik's, which speaks SCIM too.
type follower struct {
	*servertest.World
	t     *testing.T
	down  atomic.Bool // the other system
	proxy http.Handler
}

func token(tenant string) string { return strings.Repeat(tenant, 6)[:32] }

func newFollower(t *testing.T) *follower {
	t.Helper()
	f := &follower{t: t}
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f.down.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		f.proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(other.Close)
	towns := fstest.MapFS{}
	for name, staff := range map[string]string{
		"ekkoping": "\n  scim: {tokens: [%s]}\n  rules: [{group: Jouren, authority: social, roles: [officer]}]\n  outwards: [{id: system, url: '" + other.URL + "/scim/v2/tallvik', token: " + token("tallvik") + "}]\n",
		"tallvik":  "\n  scim: {tokens: [%s]}\n",
	} {
		raw, err := fs.ReadFile(demo.Municipalities, "municipalities/"+name+".yaml")
		if err != nil {
			t.Fatal(err)
		}
		towns["municipalities/"+name+".yaml"] = &fstest.MapFile{Data: []byte(strings.Replace(string(raw), "\nstaff:\n", "\nstaff:"+fmt.Sprintf(staff, token(name)), 1))}
	}
	f.World = servertest.New(t, servertest.Options{Municipalities: towns, Listen: true, Log: slog.New(slog.DiscardHandler)})
	at, err := url.Parse(f.URL)
	if err != nil {
		t.Fatal(err)
	}
	f.proxy = &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(at) }, Transport: &http.Transport{DisableKeepAlives: true}}
	return f
}

// scim asks an organisation's SCIM server.
func (f *follower) scim(tenant, method, path, body string, want int) map[string]any {
	f.t.Helper()
	r, err := http.NewRequest(method, f.URL+"/scim/v2/"+tenant+"/"+path, strings.NewReader(body))
	if err != nil {
		f.t.Fatal(err)
	}
	r.Close = true // the platform waits for connections when it stops
	r.Header.Set("Authorization", "Bearer "+token(tenant))
	r.Header.Set("Content-Type", "application/scim+json")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		f.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != want {
		f.t.Fatalf("%s %s %s: %d %v %s", tenant, method, path, res.StatusCode, err, raw)
	}
	var out map[string]any
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &out); err != nil {
			f.t.Fatal(err)
		}
	}
	return out
}

func (f *follower) snapshot() *people.Snapshot {
	f.t.Helper()
	s, err := f.Flow.People.Now(f.Ctx, "ekkoping")
	if err != nil {
		f.t.Fatal(err)
	}
	return s
}

func (f *follower) withdraw() []flow.Withdrawal {
	f.t.Helper()
	if err := f.Sync.Withdraw(f.Ctx); err != nil {
		f.t.Fatal(err)
	}
	_, left, err := f.Sync.SyncStates(f.Ctx, "ekkoping")
	if err != nil {
		f.t.Fatal(err)
	}
	return left
}

func (f *follower) mails() int { return len(f.Sim.Mail.Messages("kerstin@example.se")) }

// Somebody who is made inactive by SCIM loses the roles here at once, and soon in another system too, however long that one is down; administrators
// are told when it takes long. Then the directory is read instead: what it answers when it is gone or out of its mind changes nothing.
func TestRegisterFollowsDirectories(t *testing.T) {
	f := newFollower(t)
	enter(t, f.World, social, people.Person{Name: "Kerstin Provberg", Email: "kerstin@example.se"}, identity.PeopleAdmin)
	member := func(tenant, group string) (user, at string) {
		user, _ = f.scim(tenant, "POST", "Users", `{"userName":"sanna@example.se","externalId":"guid-1","name":{"givenName":"Sanna","familyName":"Testsson"}}`, 201)["id"].(string)
		at, _ = f.scim(tenant, "POST", "Groups", `{"displayName":"`+group+`","members":[{"value":"`+user+`"}]}`, 201)["id"].(string)
		return user, at
	}
	sanna, _ := member("ekkoping", "Jouren")
	there, group := member("tallvik", "Deras")
	if g := f.snapshot().Grants(f.snapshot().Person(people.ID(sanna)), f.Clock.Now()); len(g) != 1 || !slices.Contains(g[0].Roles, identity.Officer) {
		t.Fatalf("grants: %+v", g)
	}
	if left := f.withdraw(); left != nil || f.scim("tallvik", "GET", "Users/"+there, "", 200)["active"] != true {
		t.Errorf("who is here is to be withdrawn: %+v", left)
	}

	f.down.Store(true)
	f.scim("ekkoping", "PATCH", "Users/"+sanna, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Replace","path":"active","value":"False"}]}`, 200)
	if s := f.snapshot(); s.Grants(s.Person(people.ID(sanna)), f.Clock.Now()) != nil {
		t.Error("who is inactive has grants")
	}
	for tries := 1; tries <= 3; tries++ {
		left := f.withdraw()
		if len(left) != 1 || left[0].Tries != tries || left[0].Why != fault.Unavailable.String() || left[0].Person != people.ID(sanna) {
			t.Fatalf("try %d: %+v", tries, left)
		}
		if again := f.withdraw(); again[0].Tries != tries {
			t.Error("it is not waited before the next try")
		}
		if told := f.mails() > 0; told != (tries == 3) {
			t.Errorf("after %d tries administrators are told: %v", tries, told)
		}
		f.Clock.Advance(4 * time.Minute)
	}
	admin := newDesk(t, f.World, administrator("En", social))
	const at = "/admin/personer/ekkoping/social"
	admin.Get(at)
	admin.sees(200, "sync-target", "En person som har slutat har kvar sin behörighet i system")
	f.down.Store(false)
	if left := f.withdraw(); left != nil {
		t.Errorf("still to be withdrawn: %+v", left)
	}
	if f.scim("tallvik", "GET", "Users/"+there, "", 200)["active"] != false || f.scim("tallvik", "GET", "Groups/"+group, "", 200)["members"] != nil {
		t.Error("the rights in the other system are not taken away")
	}

	if admin.Get(at); strings.Contains(admin.Text(), "kvar sin behörighet") {
		t.Error("what is done is still told of")
	}

	// Who comes back here is not let in there; who leaves again is withdrawn again.
	f.scim("ekkoping", "PUT", "Users/"+sanna, `{"userName":"sanna@example.se","externalId":"guid-1"}`, 200)
	f.withdraw()
	if f.scim("tallvik", "GET", "Users/"+there, "", 200)["active"] != false {
		t.Error("somebody was let in")
	}
	f.scim("tallvik", "PUT", "Users/"+there, `{"userName":"sanna@example.se","externalId":"guid-1","active":true}`, 200)
	f.scim("ekkoping", "DELETE", "Users/"+sanna, "", 204)
	f.withdraw()
	if f.scim("tallvik", "GET", "Users/"+there, "", 200)["active"] != false {
		t.Error("who left again is not withdrawn")
	}
	f.reads()
}

// reads has the register follow a directory that is read.
func (f *follower) reads() {
	t := f.t
	c := &catalogue{}
	f.Sync.Sources = []flow.PeopleSource{{Tenant: "ekkoping", ID: "ad", Source: c, Interval: 15 * time.Minute, Most: 0.1}}
	for i := range 20 {
		c.all = append(c.all, source.Entry{External: fmt.Sprintf("ad-%d", i), Name: fmt.Sprintf("Nr %d Testsson", i), Groups: []string{"Jouren"}, Active: true})
	}
	everybody := c.all
	officers := func() (n int) {
		s := f.snapshot()
		for _, p := range s.People() {
			if len(s.Holds(p, f.Clock.Now())) > 0 && p.Synced != nil {
				n++
			}
		}
		return n
	}
	state := func() flow.SyncState {
		t.Helper()
		if err := f.Sync.Read(f.Ctx); err != nil {
			t.Fatal(err)
		}
		st, _, err := f.Sync.SyncStates(f.Ctx, "ekkoping")
		if err != nil || len(st) != 1 {
			t.Fatal(st, err)
		}
		return st[0]
	}
	if st := state(); st.Told != 20 || st.Failures != 0 || officers() != 20 {
		t.Fatalf("%+v, %d officers", st, officers())
	}
	if state(); c.asked != 1 {
		t.Error("it is read before its time")
	}
	mails := f.mails()
	f.Clock.Advance(24 * time.Hour)
	c.all = nil
	if st := state(); st.Why != flow.SyncDoubted || st.Lose != 20 || st.Of != 20 || !st.Alarming(f.Clock.Now()) || officers() != 20 || f.mails() != mails+1 {
		t.Errorf("an empty answer: %+v, %d officers, %d mails", st, officers(), f.mails()-mails)
	}
	admin := newDesk(t, f.World, administrator("En", social))
	admin.Get("/admin/personer/ekkoping/social")
	admin.sees(200, "sync-source", "Enligt katalogen ad skulle 20 av 20 personer förlora sin behörighet", "inget har ändrats")
	f.Clock.Advance(2 * time.Minute)
	c.all = everybody[:15]
	if st := state(); st.Why != flow.SyncDoubted || st.Lose != 5 || st.Failures != 2 || officers() != 20 || f.mails() != mails+1 {
		t.Errorf("half an answer: %+v, %d officers, %d mails", st, officers(), f.mails()-mails)
	}
	asked := c.asked
	c.all, c.err = nil, fault.New("test", fault.Unavailable, nil)
	for range 30 { // a minute apart
		f.Clock.Advance(time.Minute)
		state()
	}
	if n := c.asked - asked; n < 3 || n > 6 || officers() != 20 {
		t.Errorf("a directory that is gone was asked %d times in half an hour, %d officers", n, officers())
	}
	f.Clock.Advance(16 * time.Minute)
	c.all, c.err = everybody[:18], nil
	if st := state(); st.Failures != 0 || st.Why != "" || officers() != 18 {
		t.Errorf("back again: %+v, %d officers", st, officers())
	}
}
