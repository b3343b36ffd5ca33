package server_test

import (
	"bufio"
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"samtjanst/admin"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/httpkit/httptestkit"
	"samtjanst/platform/identity"
)

// What the staff's pages answer everybody is a table, testdata/walls.txt: a line for each route, a letter for each role of each board. A route
// that has no line fails, and so does a line without a route.

// The letters.
const (
	goesIn  = '+' // it is there: the page, or what the use case says to a form
	without = 'o' // the page, or what was done, with nothing of what the others see
	refused = '-' // 403
	nothing = '.' // 404
)

// wallRoles are the columns of a board.
var wallRoles = []identity.Role{identity.Officer, identity.Decider, identity.Manager, identity.Chair, identity.PeopleAdmin, identity.FormOwner, identity.FormApprover}

// The boards of the table. Two are outside, another board of the municipality that decides and one that nobody cooperates with, and are answered
// the same; so is the host, of a case that it has handed over.
const (
	deciding  = dutyBoard
	hosting   = dutyHost
	neighbour = identity.AuthorityID("ekkoping/barn-och-utbildning")
	faraway   = identity.AuthorityID("skogby/skola")
)

// The columns of the table's first part.
const (
	ofDeciding = iota
	ofHost
	ofOutside
	wallColumns
)

var columnOf = map[identity.AuthorityID]int{deciding: ofDeciding, hosting: ofHost, neighbour: ofOutside, faraway: ofOutside}

// The columns of its second part, of those before whom a decision is laid.
const (
	isAsked      = iota // it is the own turn
	isPassedOver        // is away since
	isNotYet            // is asked later
	hasSigned
	isTooLate // was asked, and somebody else has signed
	signerColumns
)

// readWalls reads a part of the table, by "GET /admin/arenden".
func readWalls(t *testing.T, part string, columns int) map[string][]string {
	t.Helper()
	raw, err := os.ReadFile("testdata/walls.txt")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	here := false
	for lines := bufio.NewScanner(bytes.NewReader(raw)); lines.Scan(); {
		words := strings.Fields(lines.Text())
		switch {
		case len(words) == 0 || strings.HasPrefix(words[0], "#"):
		case strings.HasPrefix(words[0], "["):
			here = words[0] == "["+part+"]"
		case !here:
		case len(words) != columns+2:
			t.Fatalf("testdata/walls.txt: %q has not %d columns", lines.Text(), columns)
		default:
			for _, method := range strings.Split(words[0], ",") {
				route := method + " " + words[1]
				if out[route] != nil {
					t.Fatalf("testdata/walls.txt has %s twice", route)
				}
				out[route] = words[2:]
			}
		}
	}
	return out
}

// lines gives the routes that a part of the table is about with their lines, and reports those that lack one.
func (w *walled) lines(t *testing.T, part string, columns int, about func(httpkit.Route) bool) (routes []httpkit.Route, lines map[string][]string) {
	t.Helper()
	lines = readWalls(t, part, columns)
	left := len(lines)
	for _, r := range w.Kit.Routes() {
		if !about(r) {
			continue
		}
		if lines[routeName(r)] == nil {
			t.Errorf("testdata/walls.txt does not say in [%s] who reaches %s", part, routeName(r))
			continue
		}
		left--
		routes = append(routes, r)
	}
	if left != 0 {
		t.Errorf("testdata/walls.txt tells in [%s] of %d routes that there are not", part, left)
	}
	return routes, lines
}

func routeName(r httpkit.Route) string { return r.Method + " " + r.Path }

// wallVisitor is somebody with a letter for each route; 0 where he or she is not sent.
type wallVisitor struct {
	name  string
	actor identity.Actor
	want  func(r httpkit.Route, line []string) byte
}

// everybody of four boards, each with one role; who has every role outside; and who has besides, in the board that decides, those by which nobody
// handles cases, which add up to nothing where cases are.
func (w *walled) everybody() []wallVisitor {
	var out []wallVisitor
	for _, board := range []identity.AuthorityID{deciding, hosting, neighbour, faraway} {
		for i, role := range wallRoles {
			out = append(out, wallVisitor{fmt.Sprintf("%s of %s", role, board), w.holding(role, board), func(_ httpkit.Route, line []string) byte { return line[columnOf[board]][i] }})
		}
	}
	outside := func(r httpkit.Route, line []string) byte { return widest(line[ofOutside]) }
	all := w.holding("everything", neighbour)
	all.Staff.Grants[0].Roles = wallRoles
	both := w.holding("everything-and-more", neighbour)
	both.Staff.Grants = []identity.Grant{all.Staff.Grants[0], {Authority: deciding, Roles: []identity.Role{identity.Chair, identity.PeopleAdmin, identity.FormOwner, identity.FormApprover}}}
	return append(out, wallVisitor{"everything outside", all, outside}, wallVisitor{"everything outside, and what is no officer's within", both, func(r httpkit.Route, line []string) byte {
		if strings.Contains(r.Path, "/:case") || strings.Contains(r.Path, "/:draft") {
			return outside(r, line)
		}
		return 0
	}})
}

// widest is what somebody is answered who has all the roles of a column.
func widest(letters string) byte {
	for _, l := range []byte{goesIn, without, nothing} {
		if strings.IndexByte(letters, l) >= 0 {
			return l
		}
	}
	return refused
}

// holding is a member of staff with one role in one board.
func (w *walled) holding(role identity.Role, board identity.AuthorityID) identity.Actor {
	return member(strings.ReplaceAll(string(role)+"-"+string(board), "/", "-"), string(board), role)
}

// Every route of the staff's pages, with every role of the board that decides, its host, another board of the municipality and another municipality.
// Who is refused types what who may would have typed, and nothing is changed by it; nothing of it shows on what they are answered.
func TestWallsByRole(t *testing.T) {
	t.Parallel()
	w := newWalled(t)
	routes, table := w.lines(t, "boards", wallColumns, func(r httpkit.Route) bool { return r.Site.Kind == httpkit.StaffSession && !r.Who.IsPublic() })
	for _, r := range w.Kit.Routes() {
		if r.Site.Kind == httpkit.StaffSession && r.Who.IsPublic() && strings.ContainsAny(strings.NewReplacer(":tenant", "", ":login", "").Replace(r.Path), ":") {
			t.Errorf("%s is for everybody, and names something", routeName(r))
		}
	}
	everybody := w.everybody()
	before := w.state(t)
	for _, r := range routes {
		line := table[routeName(r)]
		for _, v := range everybody {
			if want := v.want(r, line); want != goesIn && want != 0 {
				w.check(t, r, v.name, want, w.visit(t, r, v.actor, w.typed()))
			}
		}
		res := w.visit(t, r, identity.Actor{}, w.typed())
		if (res.Status != http.StatusSeeOther || !strings.HasPrefix(res.Header.Get("Location"), admin.LoginURL)) && res.Status != http.StatusUnauthorized {
			t.Errorf("%s as a stranger: %d %s", routeName(r), res.Status, res.Header.Get("Location"))
		}
		w.silent(t, r, "a stranger", res)
	}
	for _, board := range []identity.AuthorityID{hosting, neighbour} { // another's decisions, reported to the own board
		typed := w.typed()
		typed.Set("namnd", string(board))
		w.check(t, httpkit.Route{Method: http.MethodPost, Path: "/admin/namnd", Site: routes[0].Site}, "a manager of "+string(board), nothing,
			w.visit(t, httpkit.Route{Method: http.MethodPost, Path: "/admin/namnd", Site: routes[0].Site}, w.holding(identity.Manager, board), typed))
	}
	if after := w.state(t); after != before {
		t.Errorf("somebody who may not has changed something:\n%s\n%s", before, after)
	}
	signers := w.atNight(t)
	for _, r := range routes {
		line := table[routeName(r)]
		for _, v := range everybody {
			if v.want(r, line) != goesIn {
				continue
			}
			res := w.visit(t, r, v.actor, w.named())
			w.again(t, r)
			w.check(t, r, v.name, goesIn, res)
			if columnOf[v.actor.Staff.Grants[0].Authority] == ofHost && w.says(res, w.alone) {
				t.Errorf("%s tells %s of a case that the host does not work with", routeName(r), v.name)
			}
		}
	}

	// In the morning the case is the unit's, and the host outside.
	w.morning(t)
	signers(t)
	for _, r := range routes {
		line := table[routeName(r)]
		if !w.ofTheNight(r) {
			continue
		}
		for _, v := range everybody {
			want := v.want(r, line)
			if columnOf[v.actor.Staff.Grants[0].Authority] == ofHost {
				want = line[ofOutside][slices.Index(wallRoles, v.actor.Staff.Grants[0].Roles[0])]
			}
			if want == goesIn && r.Method != http.MethodGet {
				continue
			}
			w.check(t, r, v.name+" in the morning", want, w.visit(t, r, v.actor, w.typed()))
		}
	}
}

// atNight sends those before whom the decision is laid everywhere that somebody elected may go, and gives what does so in the morning.
func (w *walled) atNight(t *testing.T) (inTheMorning func(*testing.T)) {
	t.Helper()
	chair := w.holding(identity.Chair, deciding)
	routes, table := w.lines(t, "signers", signerColumns, func(r httpkit.Route) bool { return !r.Who.IsPublic() && r.Who.May(chair) && r.Path != "/admin/forlang" })
	pass := func(t *testing.T, who map[int]identity.Actor) {
		t.Helper()
		for column, a := range who {
			who := a.Staff.Name
			w.reader = who
			b := httptestkit.New(t, w.App)
			b.LogIn(w.Kit, a)
			for _, r := range routes {
				want := table[routeName(r)][column][0]
				typed := url.Values{}
				if want != goesIn {
					typed = w.typed()
				}
				w.check(t, r, who, want, w.visitIn(b, r, typed))
			}
		}
		w.reader = ""
	}
	pass(t, map[int]identity.Actor{isPassedOver: w.elected(w.dag), isNotYet: w.elected(w.dana)})
	pass(t, map[int]identity.Actor{isAsked: w.elected(w.disa)})
	return func(t *testing.T) {
		t.Helper()
		pass(t, map[int]identity.Actor{hasSigned: w.elected(w.doris), isTooLate: w.elected(w.disa), isPassedOver: w.elected(w.dag), isNotYet: w.elected(w.dana)})
	}
}

// check holds an answer against a letter.
func (w *walled) check(t *testing.T, r httpkit.Route, who string, want byte, res httptestkit.Response) {
	t.Helper()
	got := w.letter(r, res)
	if got != want {
		t.Errorf("%s as %s: %c (%d %s), want %c", routeName(r), who, got, res.Status, res.Header.Get("Location"), want)
	}
	if want != goesIn {
		w.silent(t, r, who, res)
	}
}

// silent reports what an answer tells to who should not know that it is there.
func (w *walled) silent(t *testing.T, r httpkit.Route, who string, res httptestkit.Response) {
	t.Helper()
	if w.says(res, w.secrets) {
		t.Errorf("%s as %s tells of what is not there: %d", routeName(r), who, res.Status)
	}
}

func (w *walled) says(res httptestkit.Response, words []string) bool {
	page := formToken.ReplaceAllString(string(res.Body), "")
	if w.reader != "" {
		page = strings.ReplaceAll(page, w.reader, "")
	}
	return slices.ContainsFunc(words, func(s string) bool { return strings.Contains(page, s) })
}

// letter puts an answer into the table's words. A list says of itself whether it has what the others see.
func (w *walled) letter(r httpkit.Route, res httptestkit.Response) byte {
	switch {
	case res.Status == http.StatusForbidden:
		return refused
	case res.Status == http.StatusNotFound:
		return nothing
	case res.Status >= 500 || res.Status == http.StatusUnauthorized || res.Status == http.StatusTooManyRequests:
		return '!'
	case strings.Contains(r.Path, "/:") || w.says(res, w.secrets) || w.says(res, w.links):
		return goesIn
	}
	return without
}

func (w *walled) visit(t *testing.T, r httpkit.Route, a identity.Actor, typed url.Values) httptestkit.Response {
	t.Helper()
	if r.Limit != nil {
		w.Clock.Advance(time.Minute)
	}
	b := httptestkit.New(t, w.App)
	if !a.Stranger() {
		b.LogIn(w.Kit, a)
	}
	return w.visitIn(b, r, typed)
}

// visitIn goes to a route, posting what is typed, and on to where that leads: but for the login what counts is where one comes.
func (w *walled) visitIn(b *httptestkit.Browser, r httpkit.Route, typed url.Values) httptestkit.Response {
	if r.Method == http.MethodGet {
		b.Get(w.address(r))
	} else {
		cookie := r.Site.Kind.Cookie()
		if b.Cookies[cookie] == "" {
			b.Cookies[cookie] = strings.Repeat("A", 43)
		}
		if r.Path == "/admin/underskrifter/ny" { // which names a board without its municipality
			typed.Set("namnd", "social")
		}
		typed.Set(httpkit.TokenField, httpkit.TokenFor(b.Cookies[cookie]))
		b.Post(w.address(r), typed)
	}
	if strings.HasPrefix(b.Page.Header.Get("Location"), admin.LoginURL) {
		return b.Page
	}
	return b.Follow()
}
