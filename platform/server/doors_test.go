package server_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"samtjanst/admin"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/api/scim"
	"samtjanst/platform/casework"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/httpkit/httptestkit"
	"samtjanst/platform/identity"
	"samtjanst/platform/server/servertest"
	"samtjanst/platform/store/sqlitestore"
)

// town is a world in which something is going on: an application of Anna's that is begun, with a file; a case of hers that waits for
// Erik; one that is decided and told.
type town struct {
	*servertest.World
	calls              *servertest.Counter
	draft, file        string
	waiting, over      casework.ID
	answers, own, told string // parts: of the waiting case, and the decision of the other
	proposal           string // of Mona's, which waits for somebody to approve it
}

func newTown(t *testing.T) *town {
	t.Helper()
	dir := t.TempDir()
	db, err := sqlitestore.Open(filepath.Join(dir, "samtjanst.db"))
	if err != nil {
		t.Fatal(err)
	}
	tn := &town{calls: servertest.NewCounter(db)}
	tn.World = servertest.New(t, servertest.Options{Dir: dir, Store: tn.calls})
	tn.over = decide(t, tn.World, personas.OskarTestsson)
	tn.waiting = apply(t, tn.World, anna, "ekkoping", personas.ElsaTestsson, "eklunda")
	tn.Run()
	if tn.draft, err = tn.Flow.Start(tn.Ctx, anna, "ekkoping", "skolskjuts"); err != nil {
		t.Fatal(err)
	}
	pages := servertest.OneHome(personas.ElsaTestsson, "eklunda", "a@example.se")
	pages["grund"] = servertest.Posted("/grund/skal=annan")
	pages["omstandighet"] = servertest.Posted("/grund/omstandighet=Vi bor långt bort.")
	tn.Fill(anna, tn.draft, pages)
	if p, err := tn.Flow.Upload(tn.Ctx, anna, tn.draft, "/bilagor/ovrigt", "karta.pdf", strings.NewReader(samplePDF)); err != nil || p != nil {
		t.Fatal(p, err)
	}
	v, err := tn.Flow.Page(tn.Ctx, anna, tn.draft, "elev", false)
	if err != nil {
		t.Fatal(err)
	}
	for id := range v.Files {
		tn.file = id
	}
	h := tn.Head(tn.waiting)
	tn.answers, tn.own = h.Content.Common.Part.ID, h.Parties[0].Own.Part.ID
	o := tn.Head(tn.over)
	tn.told = o.Decision.PDF.Part.ID
	mona := tn.Staff(personas.MonaTesthandlaggare)
	p, problems, err := tn.Flow.SaveProposal(tn.Ctx, mona, "skolskjuts", "", 0, "about", map[string]string{"form.title": proposed})
	if err != nil || problems != nil {
		t.Fatal(err, problems)
	}
	if problems, err := tn.Flow.SubmitProposal(tn.Ctx, mona, "skolskjuts", p.ID, p.Rev, "Skäl", flow.Policy{Kind: flow.Keep}); err != nil || problems != nil {
		t.Fatal(err, problems)
	}
	tn.proposal = p.ID
	return tn
}

// proposed is a title that nobody but those around the service has read.
const proposed = "Ett namn som ingen har sett"

const samplePDF = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n" +
	"xref\n0 3\n0000000000 65535 f \n0000000009 00000 n \n0000000054 00000 n \ntrailer<</Size 3/Root 1 0 R>>\nstartxref\n101\n%%EOF\n"

// address fills a route's pattern with what exists.
func (tn *town) address(r httpkit.Route) string {
	kase, file, part := tn.waiting, "finns-inte", tn.answers
	if strings.HasSuffix(r.Path, "/beslut") && r.Site.Kind == httpkit.CitizenSession {
		kase = tn.over
	}
	if strings.Contains(r.Path, ":draft") {
		file = tn.file
	}
	return strings.NewReplacer(":tenant", "ekkoping", ":form", "skolskjuts", ":draft", tn.draft, ":case", string(kase), ":page", "elev", ":file", file,
		":part", part, ":party", "p2", ":what", "invitation", ":proposal", tn.proposal, ":group", "about", ":board", "social", ":person", "finns-inte", ":change", "finns-inte", ":shift", "0", ":line", "0").Replace(r.Path)
}

// formToken is a form's token: random letters, in which any short word stands now and then.
var formToken = regexp.MustCompile(`(name="csrf" value|data-csrf)="[A-Za-z0-9_-]+"`)

// who is sent everywhere, beside a stranger.
func (tn *town) people(t *testing.T) []httptestkit.Visitor {
	t.Helper()
	out := []httptestkit.Visitor{{Name: "Anna, whose it is", Actor: anna}, {Name: "Erik, a party", Actor: erik}, {Name: "Leila, a neighbour", Actor: servertest.Citizen(personas.LeilaProvstrom)}}
	for _, id := range []personas.StaffID{personas.MonaTesthandlaggare, personas.BirgittaProvbeslutande, personas.SivSocialtest, personas.TorstenTallhandlaggare, personas.FridaFormtest} {
		out = append(out, httptestkit.Visitor{Name: string(id), Actor: tn.Staff(id)})
	}
	return out
}

// The battery of httptestkit over the whole table, on what really exists: who gets in, headers, cookies, HTML, tokens, origins, sizes.
func TestEveryDoor(t *testing.T) {
	tn := newTown(t)
	visitors := slices.DeleteFunc(tn.people(t), func(v httptestkit.Visitor) bool { return v.Name == "Erik, a party" }) // whom a 403 tells that he may not withdraw
	httptestkit.Table{Kit: tn.Kit, Clock: tn.Clock, Visitors: visitors, Mounts: []string{scim.Root},
		Login: map[httpkit.SessionKind]string{httpkit.CitizenSession: "/logga-in", httpkit.StaffSession: admin.LoginURL},
		Params: func(r httpkit.Route) map[string]string {
			names, values := strings.Split(r.Path, "/"), strings.Split(tn.address(r), "/")
			out := map[string]string{}
			for i, n := range names {
				if name, ok := strings.CutPrefix(n, ":"); ok {
					out[name] = values[i]
				}
			}
			return out
		},
	}.Run(t)
}

// Somebody else's draft, case, file and signing page do not exist: not for a neighbour, not for an officer of another board or another
// municipality. Who is not logged in, or logged in as something else, comes to the login.
func TestWallsAtEveryDoor(t *testing.T) {
	tn := newTown(t)
	outside := map[string]bool{"Leila, a neighbour": true, string(personas.SivSocialtest): true, string(personas.TorstenTallhandlaggare): true}
	seen := 0
	for _, r := range tn.Kit.Routes() {
		ofCase, ofDraft := strings.Contains(r.Path, ":case"), strings.Contains(r.Path, ":draft")
		if !ofCase && !ofDraft {
			continue
		}
		for _, v := range append(tn.people(t), httptestkit.Visitor{Name: "stranger"}) {
			if v.Name == "Anna, whose it is" || ofCase && v.Name == "Erik, a party" {
				continue
			}
			res := tn.visit(t, r, v)
			what := fmt.Sprintf("%s %s as %s: %d %s", r.Method, r.Path, v.Name, res.Status, res.Header.Get("Location"))
			to := res.Header.Get("Location")
			switch site := r.Site.Kind; {
			case r.Who.IsPublic(): // without login: the use case asks whose it is
				if res.Status != http.StatusNotFound {
					t.Error(what)
				}
			case site == httpkit.CitizenSession && v.Actor.Citizen == nil:
				if res.Status != http.StatusSeeOther || !strings.HasPrefix(to, "/logga-in") {
					t.Error(what)
				}
			case site == httpkit.StaffSession && v.Actor.Staff == nil:
				if (res.Status != http.StatusSeeOther || !strings.HasPrefix(to, "/admin")) && res.Status != http.StatusUnauthorized {
					t.Error(what)
				}
			case v.Name == string(personas.FridaFormtest):
				if res.Status != http.StatusForbidden {
					t.Error(what)
				}
			case outside[v.Name] || ofDraft:
				progress := strings.HasSuffix(r.Path, "/underskrift/vanta") && r.Method == http.MethodGet || strings.HasSuffix(r.Path, "/underskrift/retur")
				if progress && res.Status == http.StatusSeeOther {
					continue // nothing is in progress in this session; where it leads is a 404 (package web tests that)
				}
				forbidden := res.Status == http.StatusForbidden && !r.Who.May(v.Actor)
				if res.Status != http.StatusNotFound && !forbidden {
					t.Error(what)
				}
			default:
				continue // an officer of the board
			}
			seen++
			for _, secret := range []string{"Anna", "Elsa", tn.Head(tn.waiting).Reference, "eklunda"} {
				if strings.Contains(formToken.ReplaceAllString(string(res.Body), ""), secret) {
					t.Errorf("%s reads %q", what, secret)
				}
			}
		}
	}
	if seen < 200 {
		t.Errorf("only %d visits", seen)
	}
	if h := tn.Head(tn.waiting); h.State != casework.AwaitingSignatures || h.Assignee != "" || len(h.OpenTasks()) != 1 {
		t.Errorf("somebody changed the case: %s %q %v", h.State, h.Assignee, h.OpenTasks())
	}
}

// What is proposed is for those who have a role for the service: for others it is forbidden, or does not exist, and nobody's text shows. Who may
// change may not publish, and the other way round; who wrote it does not publish it.
func TestWallsAroundServices(t *testing.T) {
	tn := newTown(t)
	seen := 0
	for _, r := range tn.Kit.Routes() {
		if !strings.HasPrefix(r.Path, "/admin/tjanster") {
			continue
		}
		people := append(tn.people(t), httptestkit.Visitor{Name: "stranger"}, httptestkit.Visitor{Name: "Oskar", Actor: tn.Staff(personas.OskarProvhandlaggare)},
			httptestkit.Visitor{Name: "Tuva", Actor: tn.Staff(personas.TuvaTalltest)})
		for _, v := range people {
			if v.Name == string(personas.MonaTesthandlaggare) || v.Name == string(personas.BirgittaProvbeslutande) {
				continue
			}
			seen++
			res := tn.visit(t, r, v)
			what := fmt.Sprintf("%s %s as %s: %d %s", r.Method, r.Path, v.Name, res.Status, res.Header.Get("Location"))
			switch {
			case v.Actor.Staff == nil:
				if (res.Status != http.StatusSeeOther || !strings.HasPrefix(res.Header.Get("Location"), "/admin")) && res.Status != http.StatusUnauthorized {
					t.Error(what)
				}
			case !r.Who.May(v.Actor):
				if res.Status != http.StatusForbidden {
					t.Error(what)
				}
			case strings.Contains(r.Path, ":proposal"): // of another municipality
				if res.Status != http.StatusNotFound {
					t.Error(what)
				}
			}
			if strings.Contains(string(res.Body), proposed) {
				t.Errorf("%s reads the proposal", what)
			}
		}
	}
	if seen < 100 {
		t.Errorf("only %d visits", seen)
	}
	mona, birgitta := tn.Staff(personas.MonaTesthandlaggare), tn.Staff(personas.BirgittaProvbeslutande)
	for _, r := range tn.Kit.Routes() {
		if !strings.HasPrefix(r.Path, "/admin/tjanster/:form/forslag/:proposal") || r.Method != http.MethodPost {
			continue
		}
		approves := strings.HasSuffix(r.Path, "/godkann") || strings.HasSuffix(r.Path, "/atersand")
		who := httptestkit.Visitor{Name: "Mona", Actor: mona}
		if !approves {
			who = httptestkit.Visitor{Name: "Birgitta", Actor: birgitta}
		}
		if res := tn.visit(t, r, who); res.Status != http.StatusForbidden {
			t.Errorf("%s %s as %s: %d", r.Method, r.Path, who.Name, res.Status)
		}
	}
	if v, err := tn.Flow.Proposal(tn.Ctx, mona, "skolskjuts", tn.proposal); err != nil || v.Proposal.State != flow.Reviewing || v.Proposal.Rev != 2 {
		t.Errorf("somebody changed the proposal: %v", err)
	}
}

// visit goes to a route as somebody, posting what a form would.
func (tn *town) visit(t *testing.T, r httpkit.Route, v httptestkit.Visitor) httptestkit.Response {
	t.Helper()
	tn.Clock.Advance(time.Minute) // rate limits; sessions last longer
	b := httptestkit.New(t, tn.App)
	if !v.Actor.Stranger() {
		b.LogIn(tn.Kit, v.Actor)
	}
	if r.Method == http.MethodGet {
		return b.Get(tn.address(r))
	}
	cookie := r.Site.Kind.Cookie()
	if b.Cookies[cookie] == "" {
		b.Cookies[cookie] = strings.Repeat("A", 43)
	}
	return b.Post(tn.address(r), url.Values{httpkit.TokenField: {httpkit.TokenFor(b.Cookies[cookie])}, "rev": {"1"}, "reason": {"x"}, "party": {"p2"},
		"vad": {"invitation"}, "part": {"p2"}, "uppgift": {"1"}, "handlaggare": {"x"}})
}

// Looking changes nothing. What is told to have been read is the exception, which the law wants: a signing page and a decision that a party
// opened, what staff looked at.
func TestGetChangesNothing(t *testing.T) {
	tn := newTown(t)
	for _, r := range tn.Kit.Routes() {
		if r.Method != http.MethodGet {
			continue
		}
		for _, v := range append(tn.people(t), httptestkit.Visitor{Name: "stranger"}) {
			tn.calls.Calls()
			tn.visit(t, r, v)
			for _, call := range tn.calls.Calls() {
				name, about, _ := strings.Cut(call, " ")
				switch {
				case !slices.ContainsFunc([]string{"Insert", "Update", "Put", "Delete", "Append", "Claim"}, func(p string) bool { return strings.HasPrefix(name, p) }):
				case name == "AppendReads" && r.Site.Kind == httpkit.StaffSession:
				case (name == "UpdateCase" || name == "PutParts") && (strings.HasSuffix(r.Path, "/underskrift") || strings.HasSuffix(r.Path, "/beslut")):
				case name == "InsertDraft" && strings.Contains(r.Path, "/egna-uppgifter"): // the empty section, once
				case about == "scope-key": // a key that is made at its first use
				default:
					t.Errorf("GET %s as %s: %s", r.Path, v.Name, call)
				}
			}
		}
	}
}

// Whoever asks too often for an e-legitimation reads that it is too often, and for how long.
func TestTooOften(t *testing.T) {
	tn := newTown(t)
	for name, door := range map[string]struct {
		path  string
		actor identity.Actor
		form  url.Values
	}{
		"login":   {"/logga-in", identity.Actor{}, url.Values{"enhet": {"denna"}}},
		"signing": {"/arende/" + string(tn.waiting) + "/underskrift", anna, url.Values{"enhet": {"denna"}}},
	} {
		b := httptestkit.New(t, tn.App)
		if !door.actor.Stranger() {
			b.LogIn(tn.Kit, door.actor)
		}
		cookie := httpkit.CitizenSession.Cookie()
		last := httptestkit.Response{}
		for range 40 {
			if b.Cookies[cookie] == "" {
				b.Cookies[cookie] = strings.Repeat("A", 43)
			}
			door.form.Set(httpkit.TokenField, httpkit.TokenFor(b.Cookies[cookie]))
			if last = b.Post(door.path, door.form); last.Status == http.StatusTooManyRequests {
				break
			}
		}
		if last.Status != http.StatusTooManyRequests || last.Header.Get("Retry-After") == "" {
			t.Errorf("%s: status %d, Retry-After %q", name, last.Status, last.Header.Get("Retry-After"))
		}
		httptestkit.CheckResponse(t, name, last)
		tn.Clock.Advance(time.Minute)
		door.form.Set(httpkit.TokenField, httpkit.TokenFor(b.Cookies[cookie]))
		if got := b.Post(door.path, door.form); got.Status == http.StatusTooManyRequests {
			t.Errorf("%s: still too often a minute later", name)
		}
	}
}

// An address that nobody has, a method that nobody expects: our own page and headers all the same.
func TestOtherRequests(t *testing.T) {
	tn := newTown(t)
	for _, c := range []struct{ method, path string }{
		{"GET", "/.env"}, {"GET", "/wp-login.php"}, {"GET", "/admin/arenden/../../etc/passwd"}, {"GET", "/%00"}, {"GET", "/arende/%ff%fe"},
		{"GET", "/ekkoping/%2e%2e/%2e%2e/etc/passwd"}, {"PUT", "/mina-sidor"}, {"DELETE", "/arende/" + string(tn.waiting)}, {"TRACE", "/"},
		{"OPTIONS", "/mina-sidor"}, {"GET", "/" + strings.Repeat("a", 3000)}, {"GET", "/ekkoping?q=" + strings.Repeat("%C3%A5", 500)},
		{"GET", "/ekkoping?q=%00%ff<script>"}, {"GET", "/logga-in?till=%2F%2Fevil.example"}, {"GET", "/logga-in?m=<script>"},
	} {
		b := httptestkit.New(t, tn.App)
		res := b.Do(httptest.NewRequest(c.method, c.path, nil))
		what := c.method + " " + c.path[:min(len(c.path), 60)]
		httptestkit.CheckResponse(t, what, res)
		if res.Status >= 500 {
			t.Errorf("%s: status %d", what, res.Status)
		}
		if strings.Contains(string(res.Body), "<script>") || strings.Contains(string(res.Body), "evil.example") {
			t.Errorf("%s: the page says what the address said", what)
		}
	}
}
