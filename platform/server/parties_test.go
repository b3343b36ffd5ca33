package server_test

import (
	"errors"
	"io/fs"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"samtjanst/examples/demo"
	"samtjanst/integrations/eid"
	"samtjanst/integrations/population"
	"samtjanst/integrations/population/navetsim"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/casework"
	"samtjanst/platform/config"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/identity"
	"samtjanst/platform/server"
	"samtjanst/platform/server/servertest"
	"samtjanst/platform/signing"
	"samtjanst/platform/store"
)

// kept is a store that outlives the server that is given it.
type kept struct{ store.Store }

func (kept) Close() error { return nil }

// restarted is a second server on the data of a first, as its operator has changed it since.
func restarted(t *testing.T, w *servertest.World, dir string, change func(*config.Config, *server.Options)) *server.Server {
	t.Helper()
	cfg := config.Default()
	cfg.Data, cfg.BaseURL = dir, w.Flow.BaseURL
	cfg, err := server.DemoConfig(cfg, w.Sim.Endpoints)
	if err != nil {
		t.Fatal(err)
	}
	o := server.Options{Clock: w.Clock, Log: w.Flow.Log, Municipalities: demo.Municipalities, Still: true, Store: kept{w.Store}}
	change(&cfg, &o)
	s, err := server.New(w.Ctx, cfg, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("second server: %v", err)
		}
	})
	return s
}

// What the second guardian fills in belongs to the case: it is nothing that can be opened, listed or handed in by itself.
func TestOwnSectionIsNoApplication(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	id := apply(t, w, anna, "ekkoping", personas.ElsaTestsson, "eklunda")
	v, err := w.Flow.OwnPage(w.Ctx, erik, id, "")
	if err != nil {
		t.Fatal(err)
	}
	for what, err := range map[string]error{
		"page":    errOf(w.Flow.Page(w.Ctx, erik, v.ID, "", false)),
		"save":    errOf(w.Flow.Save(w.Ctx, erik, v.ID, flow.Post{Page: "egen", Rev: v.Rev})),
		"discard": w.Flow.Discard(w.Ctx, erik, v.ID),
		"upload":  errOf(w.Flow.Upload(w.Ctx, erik, v.ID, "/bilagor/intyg", "a.pdf", strings.NewReader("%PDF"))),
		"file":    errOf(w.Flow.DraftFile(w.Ctx, erik, v.ID, "x")),
	} {
		if !errors.Is(err, fault.NotFound) {
			t.Errorf("%s: %v, want not found", what, err)
		}
	}
	if got, _, err := w.Flow.Submit(w.Ctx, erik, v.ID, v.Rev); !errors.Is(err, fault.NotFound) {
		t.Errorf("handed in as %q: %v", got, err)
	}
	if mine, err := w.Flow.Mine(w.Ctx, erik); err != nil || len(mine) != 1 || mine[0].Kind != "sign" {
		t.Errorf("his pages: %+v, %v", mine, err)
	}
}

// login goes through the e-legitimation's real protocol.
func login(t *testing.T, w *servertest.World, id personas.ID) identity.Actor {
	t.Helper()
	o, err := w.Flow.BeginLogin(w.Ctx, "", servertest.Client)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Sim.BankID.Approve(id.Persona().EIDNumber, o.AutoStart); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		who, st, err := w.Flow.PollLogin(w.Ctx, o)
		if err != nil {
			t.Fatal(err)
		}
		if st.State == eid.Complete {
			return identity.Actor{Citizen: &who, Lang: "sv"}
		}
	}
	t.Fatal("the login does not end")
	return identity.Actor{}
}

// Somebody whose number has been changed is one person: under the new number, which the register gives the other guardian, and under
// the old, which the e-legitimation still has.
func TestChangedNumber(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	lovisa := servertest.Citizen(personas.LovisaExempelstrom)
	id := apply(t, w, lovisa, "ekkoping", personas.IdaExempelstrom, "eklunda")
	robin := login(t, w, personas.RobinExempelstrom)
	mine, err := w.Flow.Mine(w.Ctx, robin)
	if err != nil || len(mine) != 1 || mine[0].Kind != "sign" {
		t.Fatalf("Robin's pages: %+v, %v", mine, err)
	}
	fillOwn(t, w, robin, id, servertest.OneHome(personas.IdaExempelstrom, "", "robin@example.se"))
	v, err := w.Flow.StartSigning(w.Ctx, robin, id, "", servertest.Client)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Sim.BankID.Approve(personas.RobinExempelstrom.Persona().EIDNumber, v.Order.AutoStart); err != nil {
		t.Fatal(err)
	}
	for v.Status.State == eid.Pending {
		if v, err = w.Flow.PollSigning(w.Ctx, robin, id); err != nil {
			t.Fatal(err)
		}
	}
	if pl := place(t, w, id, "p2"); pl.State != signing.Signed {
		t.Errorf("Robin's place is %s: %s", pl.State, v.Status.Message)
	}

	// Begun while the register was down, under the old number; found again when it answers.
	if err := w.Sim.Navet.Fail(navetsim.Down, 0); err != nil {
		t.Fatal(err)
	}
	robin = login(t, w, personas.RobinExempelstrom)
	draft, err := w.Flow.Start(w.Ctx, robin, "ekkoping", "skolskjuts")
	if err != nil {
		t.Fatal(err)
	}
	w.Sim.Navet.Reset()
	robin = login(t, w, personas.RobinExempelstrom)
	if _, err := w.Flow.Page(w.Ctx, robin, draft, "", false); err != nil {
		t.Errorf("the draft from before: %v", err)
	}
	if mine, err := w.Flow.Mine(w.Ctx, robin); err != nil || len(mine) != 2 {
		t.Errorf("Robin's pages: %+v, %v", mine, err)
	}
}

// decide takes a case of Anna's and Erik's all the way to a decision, which is told.
func decide(t *testing.T, w *servertest.World, child personas.ID) casework.ID {
	t.Helper()
	id := apply(t, w, anna, "ekkoping", child, "eklunda")
	w.Sign(anna, id)
	fillOwn(t, w, erik, id, map[string]url.Values{"egen": servertest.Posted("/egen/email=erik@example.se")})
	w.Sign(erik, id)
	problems, err := w.Flow.Decide(w.Ctx, w.Staff(personas.BirgittaProvbeslutande), id, revision(t, w, id), bifall)
	if err != nil || problems != nil {
		t.Fatal(problems, err)
	}
	w.Run()
	return id
}

var bifall = flow.DecisionInput{Outcome: "bifall", Grounds: []string{"10-32-1"}, Rows: []int{0, 1, 2}, From: "2026-12-01", To: "2027-06-11", Title: "Enhetschef"}

// What becomes protected later is not read on any page, whoever asks, and not in what was decided or planned since.
func TestProtectedLaterIsNotRead(t *testing.T) {
	for name, change := range map[string]func(*servertest.World) error{
		"protected": func(w *servertest.World) error {
			return w.Sim.Navet.Protect(personas.ElsaTestsson, population.Protected)
		},
		"custody": func(w *servertest.World) error {
			return w.Sim.Navet.Custody(personas.ElsaTestsson, personas.AnnaTestsson)
		},
		"down":    func(w *servertest.World) error { return w.Sim.Navet.Fail(navetsim.Error500, 0) },
		"refuses": func(w *servertest.World) error { return w.Sim.Navet.Fail(navetsim.Refused, 0) },
	} {
		t.Run(name, func(t *testing.T) {
			w := servertest.New(t, servertest.Options{})
			id := decide(t, w, personas.ElsaTestsson)
			head := w.Head(id)
			rides := "elevreferens;datum;avgång;hämtplats;linje\n" + head.Reference + ";2026-12-01;07:35;Ekvägen 4;12\n"
			if _, err := w.Flow.UploadRideList(w.Ctx, w.Staff(personas.MonaTesthandlaggare), "ekkoping/barn-och-utbildning", "turlista.csv", strings.NewReader(rides)); err != nil {
				t.Fatal(err)
			}
			if cv, err := w.Flow.Case(w.Ctx, anna, id); err != nil || len(cv.Rides) != 1 {
				t.Fatalf("before: %v", err)
			}
			if err := change(w); err != nil {
				t.Fatal(err)
			}
			want := fault.Hindered
			if name == "down" || name == "refuses" {
				want = fault.Unavailable
			}
			for what, err := range map[string]error{
				"case":            errOf(w.Flow.Case(w.Ctx, erik, id)),
				"copy":            errOf(w.Flow.CopyPDF(w.Ctx, erik, id)),
				"file":            errOf(w.Flow.Attachment(w.Ctx, erik, id, "x")),
				"poll":            errOf(w.Flow.PollSigning(w.Ctx, erik, id)),
				"part":            errOf(w.Flow.SignedPart(w.Ctx, erik, id, head.Content.Common.Part.ID)),
				"decision":        errOf(w.Flow.DecisionPDF(w.Ctx, erik, id)),
				"Anna's decision": errOf(w.Flow.DecisionPDF(w.Ctx, anna, id)),
			} {
				if !errors.Is(err, want) {
					t.Errorf("%s: %v, want %v", what, err, want)
				}
			}
			cv, err := w.Flow.Case(w.Ctx, anna, id)
			if err != nil || len(cv.Rides) != 0 {
				t.Errorf("Anna reads what she wrote, without rides: %v, %v", cv, err)
			}
			if got := w.Head(id).Guarded; got != (want == fault.Hindered) {
				t.Errorf("guarded %v", got)
			}
		})
	}
}

// With the register down an applicant can name anybody as guardian. Nobody is told or shown anything before the register has said that
// it is so.
func TestNamedByHand(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	if err := w.Sim.Navet.Fail(navetsim.Down, 0); err != nil {
		t.Fatal(err)
	}
	draft, err := w.Flow.Start(w.Ctx, anna, "ekkoping", "skolskjuts")
	if err != nil {
		t.Fatal(err)
	}
	pages := servertest.OneHome(personas.ElsaTestsson, "eklunda", "a@example.se")
	pages["elev"] = servertest.Posted("/elev/manuell/namn=Elsa Testsson", "/elev/manuell/nummer="+personas.ElsaTestsson.Number().Dashed())
	pages["vardnadshavare"] = servertest.Posted("/annan/finns=true", "/annan/namn=Någon Annan", "/annan/nummer="+personas.SaraExempelsson.Number().Dashed())
	pages["kontakt"] = servertest.Posted("/kontaktAnnan/email=annan@example.se")
	w.Fill(anna, draft, pages)
	id := w.Submit(anna, draft)
	if got := w.Head(id).Children; !slices.Contains(got, personas.ElsaTestsson.Number()) {
		t.Errorf("the child is not among %d who are asked about", len(got))
	}
	w.Sim.Navet.Reset()
	w.Run()
	if got := w.Sim.Mail.Messages("annan@example.se"); len(got) != 0 {
		t.Errorf("somebody who is no guardian got %d mails", len(got))
	}
	if _, err := w.Flow.Case(w.Ctx, stranger, id); !errors.Is(err, fault.Hindered) {
		t.Errorf("somebody who is no guardian reads the case: %v", err)
	}
	if !w.Head(id).Guarded {
		t.Error("the officer is not told")
	}
}

// Whatever somebody writes, the text in the app holds whole characters, the declaration and the digest, and can be signed.
func TestLongTextInTheApp(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	draft, err := w.Flow.Start(w.Ctx, anna, "ekkoping", "skolskjuts")
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("🚌", 2000)
	pages := servertest.OneHome(personas.ElsaTestsson, "eklunda", "a@example.se")
	pages["grund"] = servertest.Posted("/grund/skal=trafik", "/grund/skal=annan")
	pages["trafik"] = servertest.Posted("/grund/trafik=" + long)
	pages["omstandighet"] = servertest.Posted("/grund/omstandighet=" + long)
	pages["barnet"] = servertest.Posted("/barnet/asikt=" + long)
	pages["uppgifter"] = servertest.Posted("/elev/rattelse=" + long[:4000])
	pages["egen"].Set("a/egen/rattelse", long[:4000])
	w.Fill(anna, draft, pages)
	id := w.Submit(anna, draft)
	v, err := w.Flow.SigningPage(w.Ctx, anna, id)
	if err != nil {
		t.Fatal(err)
	}
	if len(v.Text) > 29000 || !utf8.ValidString(v.Text) {
		t.Errorf("%d bytes, valid %v", len(v.Text), utf8.ValidString(v.Text))
	}
	if !strings.HasSuffix(strings.TrimSpace(v.Text), v.Digest) || !strings.Contains(v.Text, "Jag försäkrar") || !strings.Contains(v.Text, "får inte plats") {
		t.Errorf("the text ends …%s", v.Text[len(v.Text)-300:])
	}
	w.Sign(anna, id)
}

// A page's script, its button and a second tab ask at once: the signature is stored once and nobody is told that it failed.
func TestPollsTogether(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	id := apply(t, w, anna, "ekkoping", personas.ElsaTestsson, "eklunda")
	v, err := w.Flow.StartSigning(w.Ctx, anna, id, "", servertest.Client)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Sim.BankID.Approve(anna.Citizen.Number, v.Order.AutoStart); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 12 {
		all.Go(func() {
			for range 5 {
				v, err := w.Flow.PollSigning(w.Ctx, anna, id)
				if err != nil || v.Status.State == eid.Failed {
					t.Errorf("%v %v", v, err)
					return
				}
				if v.Status.State != eid.Pending {
					return
				}
			}
		})
	}
	all.Wait()
	signed := 0
	for _, h := range w.Head(id).Events {
		if h.Kind == "signed" {
			signed++
		}
	}
	if signed != 1 {
		t.Errorf("signed %d times", signed)
	}
}

// A municipality stops offering the service. What has come in is handled to its end; nothing new begins.
func TestServiceNoLongerOffered(t *testing.T) {
	dir := t.TempDir()
	w := servertest.New(t, servertest.Options{Dir: dir})
	id := apply(t, w, anna, "ekkoping", personas.ElsaTestsson, "eklunda")
	s := restarted(t, w, dir, func(_ *config.Config, o *server.Options) {
		files := fstest.MapFS{}
		for _, name := range []string{"ekkoping.yaml", "tallvik.yaml"} {
			raw, err := fs.ReadFile(demo.Municipalities, "municipalities/"+name)
			if err != nil {
				t.Fatal(err)
			}
			if name == "ekkoping.yaml" {
				before, _, ok := strings.Cut(string(raw), "\nservices:")
				if !ok {
					t.Fatal("there are no services")
				}
				raw = []byte(before + "\n")
			}
			files["municipalities/"+name] = &fstest.MapFile{Data: raw}
		}
		o.Municipalities = files
	})
	if _, err := s.Flow.Start(w.Ctx, anna, "ekkoping", "skolskjuts"); !errors.Is(err, fault.NotFound) {
		t.Errorf("a new application: %v", err)
	}
	if _, err := s.Flow.Case(w.Ctx, anna, id); err != nil {
		t.Errorf("Anna's case: %v", err)
	}
	if _, err := s.Flow.StaffCase(w.Ctx, w.Staff(personas.MonaTesthandlaggare), id); err != nil {
		t.Errorf("the officer's: %v", err)
	}
	if _, err := s.Flow.SigningPage(w.Ctx, erik, id); err != nil {
		t.Errorf("Erik's signing page: %v", err)
	}
}

// A file that is for the officer alone is part of the case, signed by the one who sent it, and nothing that the other guardian reads.
func TestFileForTheOfficerAlone(t *testing.T) {
	dir := t.TempDir()
	w := servertest.New(t, servertest.Options{Dir: dir})
	second := *w
	folder := changedForm(t, "          - pointer: /bilagor/ovrigt\n", "          - pointer: /bilagor/ovrigt\n            audience: officer\n")
	second.Server = restarted(t, w, dir, func(c *config.Config, _ *server.Options) { c.Forms = folder })
	w = &second
	draft, err := w.Flow.Start(w.Ctx, anna, "ekkoping", "skolskjuts")
	if err != nil {
		t.Fatal(err)
	}
	pages := servertest.OneHome(personas.ElsaTestsson, "eklunda", "a@example.se")
	pages["grund"] = servertest.Posted("/grund/skal=annan")
	pages["omstandighet"] = servertest.Posted("/grund/omstandighet=Vi bor långt bort.")
	w.Fill(anna, draft, pages)
	if p, err := w.Flow.Upload(w.Ctx, anna, draft, "/bilagor/ovrigt", "hemligt.pdf", strings.NewReader(samplePDF)); err != nil || p != nil {
		t.Fatal(p, err)
	}
	id := w.Submit(anna, draft)
	h := w.Head(id)
	if len(h.Content.Attachments) != 1 || h.Content.Attachments[0].Part.Audience != signing.Only("p1") {
		t.Fatalf("attachments %+v", h.Content.Attachments)
	}
	file := h.Content.Attachments[0].Part.ID
	if f, err := w.Flow.StaffAttachment(w.Ctx, w.Staff(personas.MonaTesthandlaggare), id, file); err != nil || string(read(t, f)) != samplePDF {
		t.Errorf("the officer: %v", err)
	}
	if cv, err := w.Flow.Case(w.Ctx, erik, id); err != nil || len(cv.Attachments) != 0 {
		t.Errorf("Erik sees %v, %v", cv.Attachments, err)
	}
	if _, err := w.Flow.Attachment(w.Ctx, erik, id, file); !errors.Is(err, fault.NotFound) {
		t.Errorf("Erik reads it: %v", err)
	}
	w.Sign(anna, id)
}
