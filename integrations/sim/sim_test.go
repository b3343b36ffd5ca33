package sim_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"samtjanst/integrations/company"
	"samtjanst/integrations/company/bolagsverket"
	"samtjanst/integrations/eid"
	"samtjanst/integrations/eid/bankid"
	"samtjanst/integrations/eid/oidc"
	"samtjanst/integrations/handover"
	"samtjanst/integrations/handover/webhook"
	"samtjanst/integrations/notify"
	"samtjanst/integrations/notify/smshttp"
	"samtjanst/integrations/notify/smtp"
	"samtjanst/integrations/population"
	"samtjanst/integrations/population/navet"
	"samtjanst/integrations/property"
	"samtjanst/integrations/property/lantmateriet"
	"samtjanst/integrations/sim"
	"samtjanst/integrations/sim/companies"
	"samtjanst/integrations/sim/personas"
	"samtjanst/integrations/sim/places"
	"samtjanst/platform/clock"
	"samtjanst/platform/idno"
)

// state is shared by the tests that do not look at it: making a bank's keys takes a second.
var state string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "sim")
	if err != nil {
		panic(err)
	}
	state = dir
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func start(t *testing.T) *sim.Running {
	t.Helper()
	h, err := sim.New(sim.Options{Dir: state, Listen: "127.0.0.1:0", Platform: "http://localhost:8080"})
	must(t, err)
	r, err := h.Start(context.Background())
	must(t, err)
	t.Cleanup(func() { must(t, r.Close()) })
	return r
}

// Every client of the platform works with the configuration that the hub gives, and with nothing else.
func TestTheEndpointsAreEnoughForTheRealClients(t *testing.T) {
	r := start(t)
	e, ck, ctx := r.Endpoints, clock.System{}, context.Background()

	register, err := navet.New(e.Navet, ck, slog.New(slog.DiscardHandler))
	must(t, err)
	a, err := register.Lookup(ctx, population.Question{Numbers: []idno.Number{personas.AnnaTestsson.Number()}, Purpose: "test", Ref: "draft-1"})
	must(t, err)
	if p, ok := a.Find(personas.AnnaTestsson.Number()); !ok || p.Name() != "Anna Testsson" {
		t.Error("Navet does not know Anna")
	}

	bolag, err := bolagsverket.New(e.Company, ck, slog.New(slog.DiscardHandler))
	must(t, err)
	said, err := bolag.Lookup(ctx, company.Question{Number: companies.Provbageriet.Number(), Purpose: "test", Ref: "draft-1"})
	must(t, err)
	if len(said.Companies) != 1 || said.Companies[0].Name != companies.Provbageriet.Company().Name {
		t.Error("Bolagsverket does not know Provbageriet")
	}

	land, err := lantmateriet.New(e.Property, ck, slog.New(slog.DiscardHandler))
	must(t, err)
	there, err := land.Addresses(ctx, property.Question{Text: "Testtorget 2", Municipality: places.Ekkoping, Purpose: "test", Ref: "draft-1"})
	must(t, err)
	if len(there.Found) != 1 || there.Found[0].Unit.Designation != "EKKÖPING TESTTORGET 4" {
		t.Errorf("Lantmäteriet: %+v", there.Found)
	}
	units, err := land.Units(ctx, property.Question{Text: "Testtorget 4", Municipality: places.Ekkoping, Purpose: "test", Ref: "draft-1"})
	must(t, err)
	if len(units.Found) != 1 {
		t.Errorf("Lantmäteriet: %+v", units.Found)
	}

	material, err := e.BankID.Load()
	must(t, err)
	bank, err := bankid.New(e.BankID, material, ck)
	must(t, err)
	o, err := bank.Start(ctx, eid.Request{Purpose: eid.Login, EndUserIP: "127.0.0.1", UserAgent: "test", Domain: "localhost", DeviceID: "test", Number: personas.AnnaTestsson.Number()})
	must(t, err)
	must(t, r.BankID.Approve(personas.AnnaTestsson.Number(), ""))
	s, err := bank.Collect(ctx, o.Ref)
	must(t, err)
	if s.State != eid.Complete || s.Done == nil || s.Done.Number != personas.AnnaTestsson.Number() {
		t.Errorf("BankID: %v %v", s.State, s.Message)
	}

	mailer, err := smtp.New(e.SMTP)
	must(t, err)
	must(t, mailer.Mail(ctx, notify.Mail{ID: "e1", To: "anna.testsson@example.se", FromName: "Ekköping", Subject: "Hej", Body: "Hej"}))
	if n := len(r.Mail.Messages("anna.testsson@example.se")); n != 1 {
		t.Errorf("%d mails", n)
	}
	texter, err := smshttp.New(e.SMS)
	must(t, err)
	must(t, texter.Text(ctx, notify.SMS{ID: "e2", To: "+46701740605", From: "Ekkoping", Text: "Hej"}))
	if n := len(r.SMS.Messages("+46701740605")); n != 1 {
		t.Errorf("%d text messages", n)
	}

	for id, c := range e.Webhooks {
		target, err := webhook.New(id, c, ck)
		must(t, err)
		must(t, target.Deliver(ctx, handover.Delivery{Ref: "r1", Kind: "journeys", Columns: []string{"elevreferens"}, Rows: [][]any{{"E-1"}}}))
		if n := len(r.Handover.Deliveries(id)); n != 1 {
			t.Errorf("%s: %d deliveries", id, n)
		}
	}

	for tenant, c := range e.Staff {
		c.RedirectURL = "http://localhost:8080/admin/login/" + tenant
		p, err := oidc.New(c, ck)
		must(t, err)
		to, _, err := p.Begin(ctx)
		must(t, err)
		res, err := http.Get(to)
		must(t, err)
		b, err := io.ReadAll(res.Body)
		res.Body.Close()
		must(t, err)
		for _, who := range personas.AllStaff() {
			if here := strings.Contains(string(b), who.Name); here != (who.Tenant == tenant) {
				t.Errorf("%s at %s: %v", who.ID, tenant, here)
			}
		}
	}
	if i, err := os.Stat(e.RideLists); err != nil || !i.IsDir() {
		t.Errorf("the folder for ride lists: %v", err)
	}
}

// Every link on every page leads to a page, and every page is put together as a page has to be.
func TestThePagesHangTogether(t *testing.T) {
	r := start(t)
	_, err := r.Handover.Drop([]byte("x"))
	must(t, err)
	seen, queue := map[string]bool{"/": true}, []string{"/"}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		res, err := http.Get(r.Endpoints.URL + at)
		must(t, err)
		if res.StatusCode >= 400 {
			t.Errorf("%s: %d", at, res.StatusCode)
		}
		if !strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
			res.Body.Close()
			continue
		}
		if csp := res.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: policy %q", at, csp)
		}
		doc, err := html.Parse(res.Body)
		res.Body.Close()
		must(t, err)
		for _, link := range inspect(t, at, doc) {
			u, err := url.Parse(link)
			must(t, err)
			if u.Host == "" && strings.HasPrefix(link, "/") && !seen[link] {
				seen[link] = true
				queue = append(queue, link)
			}
		}
	}
	for _, p := range personas.All() {
		if !seen["/navet/"+string(p.ID)] || p.EID && !seen["/bankid/phone/"+string(p.ID)] {
			t.Errorf("%s is not reached from the start page", p.ID)
		}
	}
}

// inspect reports what is wrong with a page and gives its links.
func inspect(t *testing.T, at string, doc *html.Node) (links []string) {
	t.Helper()
	ids, count := map[string]bool{}, map[string]int{}
	labelled := map[string]bool{}
	var controls []*html.Node
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		count[n.Data]++
		attr := func(k string) string {
			for _, a := range n.Attr {
				if a.Key == k {
					return a.Val
				}
			}
			return ""
		}
		if id := attr("id"); id != "" {
			if ids[id] {
				t.Errorf("%s: id %s comes twice", at, id)
			}
			ids[id] = true
		}
		if attr("style") != "" || attr("onclick") != "" || n.Data == "script" || n.Data == "style" {
			t.Errorf("%s: inline style or script", at)
		}
		switch n.Data {
		case "a":
			links = append(links, attr("href"))
		case "link":
			links = append(links, attr("href"))
		case "html":
			if attr("lang") != "sv" {
				t.Errorf("%s: no language", at)
			}
		case "label":
			labelled[attr("for")] = true
		case "input", "select", "textarea":
			if attr("type") != "hidden" && n.Parent.Data != "label" {
				controls = append(controls, n)
			}
		}
	}
	for _, c := range controls {
		i := slices.IndexFunc(c.Attr, func(a html.Attribute) bool { return a.Key == "id" })
		if i < 0 || !labelled[c.Attr[i].Val] {
			t.Errorf("%s: a %s without label", at, c.Data)
		}
	}
	if count["h1"] != 1 || count["main"] != 1 || count["title"] != 1 {
		t.Errorf("%s: %d h1, %d main, %d title", at, count["h1"], count["main"], count["title"])
	}
	return links
}

func TestARestartFindsSecretsAndMail(t *testing.T) {
	open := func() (*sim.Running, context.CancelFunc) {
		t.Helper()
		h, err := sim.New(sim.Options{Dir: state, Listen: "127.0.0.1:0"})
		must(t, err)
		ctx, cancel := context.WithCancel(context.Background())
		r, err := h.Start(ctx)
		must(t, err)
		return r, cancel
	}
	r, cancel := open()
	first := r.Endpoints
	m, err := smtp.New(first.SMTP)
	must(t, err)
	must(t, m.Mail(context.Background(), notify.Mail{ID: "kept", To: "kept@example.se", Subject: "Hej", Body: "Hej"}))
	cancel()
	stopped := make(chan error)
	go func() { stopped <- r.Wait() }()
	select {
	case err := <-stopped:
		must(t, err)
	case <-time.After(10 * time.Second):
		t.Fatal("the hub does not stop with its context")
	}
	if _, err := http.Get(first.URL); err == nil {
		t.Error("the pages are still there")
	}

	r, cancel = open()
	defer cancel()
	if r.Endpoints.SMS.Token != first.SMS.Token || r.Endpoints.Navet.TokenSecret != first.Navet.TokenSecret {
		t.Error("the secrets have changed")
	}
	if n := len(r.Mail.Messages("kept@example.se")); n != 1 {
		t.Errorf("%d mails kept", n)
	}
	if i, err := os.Stat(filepath.Join(state, "secrets.json")); err != nil || i.Mode().Perm() != 0o600 {
		t.Errorf("the secrets' file: %v %v", i.Mode(), err)
	}
	must(t, r.Close())
	must(t, r.Close())
}

func TestPortsInUseAndOpenToTheWorld(t *testing.T) {
	for _, listen := range []string{"0.0.0.0:0", ":8090", "example.se:80", "localhost", "localhost:x", "localhost:65535"} {
		if _, err := sim.New(sim.Options{Dir: state, Listen: listen}); err == nil {
			t.Errorf("%s passed", listen)
		}
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer taken.Close()
	h, err := sim.New(sim.Options{Dir: state, Listen: taken.Addr().String()})
	must(t, err)
	_, err = h.Start(context.Background())
	var op *net.OpError
	if !errors.As(err, &op) || !strings.Contains(err.Error(), taken.Addr().String()) || !strings.Contains(err.Error(), "pages") {
		t.Errorf("%v", err)
	}
}
