package server_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"samtjanst/forms"
	"samtjanst/integrations/eid"
	"samtjanst/integrations/handover"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/casework"
	"samtjanst/platform/flow"
	"samtjanst/platform/server"
	"samtjanst/platform/server/servertest"
	"samtjanst/platform/signing"
	"samtjanst/platform/store/sealed"
	"samtjanst/platform/store/sqlitestore"
	"samtjanst/platform/vault"
)

// A process that dies at any write of an order's life leaves nothing half done: whoever was at it tries again, the outbox goes on, and after
// each step the case is to the letter what it is when nobody dies, with every notice under the reference that it has then.
//
// The story is played once without deaths. Each of its steps is then played again from the database as it was before the step, once for
// every write and both ways: the process dies just before the write, or just after, where that is another moment than before the next.
// Since each ends as the step does, and the next begins there, the whole story ends the same wherever the process dies.

// theatre is what the story is played in: everything of the platform that holds nothing of cases.
type theatre struct {
	*testing.T
	world *servertest.World
	keys  string // file
	bank  *willing
	n     int // databases made
}

// scene is the platform at one moment: a database, what the receivers have, and a process.
type scene struct {
	*theatre
	file  string
	db    *sqlitestore.Store
	mail  *receivers
	life  *life
	id    casework.ID
	stage *servertest.World // whose use cases are this process's
}

// open begins a scene on a copy of a database; "" is a new one.
func (th *theatre) open(file string, mail map[string]string, id casework.ID) *scene {
	th.Helper()
	th.n++
	sc := &scene{theatre: th, file: filepath.Join(th.TempDir(), fmt.Sprint(th.n, ".db")), mail: &receivers{t: th.T, got: map[string]string{}}, id: id}
	maps.Copy(sc.mail.got, mail)
	if file != "" {
		raw, err := os.ReadFile(file)
		if err == nil {
			err = os.WriteFile(sc.file, raw, 0o600)
		}
		if err != nil {
			th.Fatal(err)
		}
	}
	var err error
	if sc.db, err = sqlitestore.Open(sc.file); err != nil {
		th.Fatal(err)
	}
	return sc
}

func (sc *scene) close() {
	if err := sc.db.Close(); err != nil {
		sc.Error(err)
	}
}

// born begins a process on the scene's database, with nothing in memory of an earlier one.
func (sc *scene) born(l *life) {
	sc.Helper()
	s := mortal{sc.db, l}
	keys, err := sealed.OpenKeyring(sc.keys, s)
	if err != nil {
		sc.Fatal(err)
	}
	f := sc.world.Flow
	out := line{sc.mail, l}
	sc.life = l
	sc.stage = &servertest.World{}
	*sc.stage = *sc.world
	sc.stage.Server = &server.Server{Flow: &flow.Service{Vault: &vault.Vault{Store: s, Keys: keys, Clock: f.Clock}, Blobs: f.Blobs, Scanner: f.Scanner, Limits: f.Limits,
		Catalog: f.Catalog, Directory: f.Directory, Register: f.Register, Lookups: f.Lookups, Mail: out, SMS: out,
		EIDs:    eid.Offers{{Provider: asked{sc.bank, l}, Title: map[string]string{"sv": "E-legitimation"}, Level: 3, Login: true, Sign: true}},
		Targets: map[string]handover.Target{"ekkoping/transport": out, "ekkoping/school": out},
		Verify:  func(context.Context, eid.Completion, flow.Wanted) error { return nil },
		Clock:   f.Clock, Log: slog.New(slog.DiscardHandler), Texts: f.Texts, BaseURL: f.BaseURL, Dress: f.Dress, Seals: f.Seals}}
}

// act is something that somebody does; after it the outbox does what is due.
type act struct {
	name string
	wait time.Duration // before it
	do   func(sc *scene) error
	done func(c casework.Case) bool // nil: doing it again is right
}

// play plays an act in the scene's process, and again in a new one if that dies.
func (sc *scene) play(a act) {
	sc.Helper()
	for range 3 {
		err := sc.try(a)
		if err == nil && !sc.life.gone() {
			return
		}
		if !sc.life.gone() {
			sc.Fatalf("%s: %v", a.name, err)
		}
		sc.born(alive())
		if err := sc.stage.Flow.TakeOver(sc.stage.Ctx); err != nil { // as a platform begins that has its store alone
			sc.Fatal(err)
		}
	}
	sc.Fatalf("%s does not come to an end", a.name)
}

func (sc *scene) try(a act) error {
	f, ctx := sc.stage.Flow, sc.stage.Ctx
	if sc.id == "" || a.done == nil || !a.done(sc.stage.Head(sc.id)) {
		if err := a.do(sc); err != nil {
			return err
		}
	}
	for ids := []casework.ID{""}; len(ids) > 0; {
		var err error
		if ids, err = f.Due(ctx, 100); err != nil {
			return err
		}
		for _, id := range ids {
			if _, err := f.RunDue(ctx, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// state is what there is of a case and in the receivers' hands, without what is drawn by lot.
func (sc *scene) state() string {
	sc.Helper()
	c := sc.stage.Head(sc.id)
	if err := casework.VerifyChain(c.Events); err != nil {
		sc.Error(err)
	}
	var happened []string
	for _, h := range c.Events {
		happened = append(happened, h.Kind)
	}
	orders := []signing.Order{c.Order.Clone()}
	made := map[string]any{}
	if d := c.Decision; d != nil {
		orders = append(orders, d.Order.Clone())
		made = map[string]any{"outcome": d.Outcome, "at": d.At, "document": d.PDF != nil}
	}
	told := map[signing.PartyID][]casework.Delivery{}
	for _, p := range c.Parties {
		told[p.ID] = p.Delivered
	}
	lots := []string{string(c.ID), "CASE", c.Reference, "REFERENCE"}
	for _, o := range orders {
		for _, pl := range o.Places {
			for _, lot := range []string{pl.Evidence, pl.Manifest} {
				if lot != "" {
					lots = append(lots, lot, "LOT")
				}
			}
		}
	}
	raw, err := json.MarshalIndent(map[string]any{"state": c.State, "since": c.Since, "number": c.Number, "stage": c.Stage, "guarded": c.Guarded, "orders": orders,
		"tasks": c.Tasks, "effects": c.Effects, "told": told, "happened": happened, "decision": made, "rows": len(c.Handovers), "received": sc.mail.got}, "", " ")
	if err != nil {
		sc.Fatal(err)
	}
	return strings.NewReplacer(lots...).Replace(string(raw))
}

// story plays acts from a scene, each with every death, and gives how many deaths there were.
func (th *theatre) story(from *scene, acts []act) (deaths int) {
	th.Helper()
	from.close()
	file, mail, id := from.file, from.mail.got, from.id
	for _, a := range acts {
		th.world.Clock.Advance(a.wait)
		whole := th.open(file, mail, id)
		whole.born(alive())
		whole.play(a)
		want := whole.state()
		writes, outside := whole.life.writes, whole.life.outside
		whole.close()
		for n := 1; n <= writes; n++ {
			for _, after := range []bool{false, true} {
				if n < writes && after && !outside[n] {
					continue // nothing is done before the next write: dying before that is the same
				}
				sc := th.open(file, mail, id)
				sc.born(doomed(n, after))
				sc.play(a)
				if diff := cmp.Diff(want, sc.state()); diff != "" {
					th.Errorf("%s, dies at write %d of %d (written: %v): %s", a.name, n, writes, after, diff)
				}
				sc.close()
				deaths++
			}
		}
		file, mail, id = whole.file, whole.mail.got, whole.id
	}
	return deaths
}

func placeIs(p signing.PartyID, states ...signing.PlaceState) func(casework.Case) bool {
	return func(c casework.Case) bool {
		pl := c.Order.Place(p)
		return pl != nil && slices.Contains(states, pl.State)
	}
}

func signs(who personas.ID, p signing.PartyID) act {
	a := servertest.Citizen(who)
	return act{name: string(who) + " signs", done: placeIs(p, signing.Signed), do: func(sc *scene) error {
		f, ctx := sc.stage.Flow, sc.stage.Ctx
		if _, err := f.SigningPage(ctx, a, sc.id); err != nil {
			return err
		}
		if _, err := f.StartSigning(ctx, a, sc.id, "bankid", servertest.Client); err != nil {
			return err
		}
		v, err := f.PollSigning(ctx, a, sc.id)
		if err == nil && v.Status.State != eid.Complete {
			err = fmt.Errorf("signing ended %s: %s", v.Status.State, v.Status.Message)
		}
		return err
	}}
}

// wrong makes an error of what an officer's form was answered with.
func wrong(problems []forms.Problem, err error) error {
	if err == nil && len(problems) > 0 {
		return fmt.Errorf("%v", problems)
	}
	return err
}

func TestOrderOutlivesDeaths(t *testing.T) {
	dir := t.TempDir()
	w := servertest.New(t, servertest.Options{Dir: dir})
	th := &theatre{T: t, world: w, keys: filepath.Join(dir, "keys", "master.json"), bank: &willing{orders: map[string]eid.Request{}}}
	begin := time.Now()
	deaths := th.application() + th.byHand()
	if deaths < 90 {
		t.Errorf("only %d deaths: the story does little", deaths)
	}
	t.Logf("%d deaths in %s", deaths, time.Since(begin))
}

// application: two guardians, of whom one is reminded, says no, is ordered to complete and signs after all; the decision is sealed, told, and posted to the
// one who does not read it.
func (th *theatre) application() int {
	sc := th.open("", nil, "")
	sc.born(alive())
	w := sc.stage
	draft, err := w.Flow.Start(w.Ctx, anna, "ekkoping", "skolskjuts")
	if err != nil {
		th.Fatal(err)
	}
	rev := w.Fill(anna, draft, servertest.OneHome(personas.ElsaTestsson, "eklunda", "anna@example.se")).Rev
	if err := wrong(w.Flow.SaveContact(w.Ctx, erik, casework.Contact{Email: "erik@example.se"})); err != nil {
		th.Fatal(err)
	}
	officer, decider := w.Staff(personas.MonaTesthandlaggare), w.Staff(personas.BirgittaProvbeslutande)
	return th.story(sc, []act{
		{name: "Anna hands in", do: func(sc *scene) (err error) {
			id, _, err := sc.stage.Flow.Submit(sc.stage.Ctx, anna, draft, rev)
			if err == nil {
				sc.id = id
			}
			return err
		}},
		signs(personas.AnnaTestsson, "p1"),
		{name: "Erik is reminded", wait: 3*day + time.Minute, do: func(*scene) error { return nil }},
		{name: "Erik says no", done: placeIs("p2", signing.Declined), do: func(sc *scene) error {
			return sc.stage.Flow.Decline(sc.stage.Ctx, erik, sc.id, "Jag vill prata med Anna först.")
		}},
		{name: "completion is ordered", done: func(c casework.Case) bool { return c.State == casework.AwaitingCompletion }, do: func(sc *scene) error {
			return wrong(sc.stage.Flow.OrderCompletion(sc.stage.Ctx, officer, sc.id, []signing.PartyID{"p2"}, "Skriv under, eller säg varför inte.", "2026-12-20"))
		}},
		{name: "Erik fills in his own", done: func(c casework.Case) bool { return c.Party("p2").Own != nil }, do: func(sc *scene) error {
			v, err := sc.stage.Flow.OwnPage(sc.stage.Ctx, erik, sc.id, "")
			if err != nil {
				return err
			}
			page := v.View.Pages[len(v.View.Pages)-1].ID // as the web leads to: there is one, and its Continue fills the section
			_, err = sc.stage.Flow.SaveOwn(sc.stage.Ctx, erik, sc.id, flow.Post{Page: page, Rev: v.Rev, Values: servertest.Posted("/egen/email=erik@example.se")})
			return err
		}},
		signs(personas.ErikTestsson, "p2"),
		{name: "it is decided", done: func(c casework.Case) bool { return c.Decision != nil }, do: func(sc *scene) error {
			e, err := sc.stage.Flow.Vault.Load(sc.stage.Ctx, sc.id)
			if err != nil {
				return err
			}
			return wrong(sc.stage.Flow.Decide(sc.stage.Ctx, decider, sc.id, e.Rev, bifall))
		}},
		{name: "Anna reads it", done: func(c casework.Case) bool {
			return slices.ContainsFunc(c.Parties[0].Delivered, func(d casework.Delivery) bool { return !d.Opened.IsZero() })
		}, do: func(sc *scene) error {
			f, err := sc.stage.Flow.DecisionPDF(sc.stage.Ctx, anna, sc.id)
			if err != nil {
				return err
			}
			raw, err := io.ReadAll(f.Body)
			if err == nil && !strings.Contains(string(raw), "/ByteRange") {
				err = errors.New("the decision is not sealed")
			}
			return errors.Join(err, f.Body.Close())
		}},
		{name: "Erik does not", wait: 11 * day, do: func(*scene) error { return nil }},
		{name: "a letter is posted", done: func(c casework.Case) bool { return len(c.OpenTasks()) == 0 }, do: func(sc *scene) error {
			c := sc.stage.Head(sc.id)
			task := c.OpenTasks()[0]
			if task.Kind != casework.TaskLetter {
				return fmt.Errorf("the officer's task is %s", task.Kind)
			}
			return sc.stage.Flow.LetterSent(sc.stage.Ctx, officer, sc.id, task.Party, "decision", task.ID)
		}},
	})
}

// byHand: Anna signs, then one of two; the first of these is hindered, the second replaced by somebody who has no address, is written to, and signs by pen.
func (th *theatre) byHand() int {
	sc := th.open("", nil, "")
	sc.born(alive())
	w := sc.stage
	siv := w.Staff(personas.SivSocialtest)
	v := draftByHand(th.T, w, siv, "social", lease())
	return th.story(sc, []act{
		{name: "Siv orders", do: func(sc *scene) error {
			id, problems, err := sc.stage.Flow.OrderByHand(sc.stage.Ctx, siv, v.ID, v.Rev)
			if err = wrong(problems, err); err == nil {
				sc.id = id
			}
			return err
		}},
		signs(personas.AnnaTestsson, "p2"),
		{name: "Erik is hindered", done: placeIs("p3", signing.Hindered), do: func(sc *scene) error {
			return sc.stage.Flow.Hinder(sc.stage.Ctx, erik, sc.id, "Jag är utomlands.")
		}},
		{name: "Linda is replaced", done: func(c casework.Case) bool { return c.Order.Place("p5") != nil }, do: func(sc *scene) error {
			p := personas.LeilaProvstrom.Persona()
			return wrong(sc.stage.Flow.Replace(sc.stage.Ctx, siv, sc.id, "p4", flow.Substitute{Number: p.EIDNumber.Dashed(), Name: p.Name(), Ground: "Linda har slutat."}))
		}},
		{name: "a letter is posted", done: func(c casework.Case) bool { return placeIs("p5", signing.Invited)(c) }, do: func(sc *scene) error {
			c := sc.stage.Head(sc.id)
			for _, task := range c.OpenTasks() {
				if task.Kind == casework.TaskLetter && task.Party == "p5" {
					return sc.stage.Flow.LetterSent(sc.stage.Ctx, siv, sc.id, "p5", "invitation", task.ID)
				}
			}
			return errors.New("no letter to post")
		}},
		{name: "a reminder is due", wait: 3*day + time.Minute, do: func(*scene) error { return nil }},
		{name: "Leila signs by pen", done: placeIs("p5", signing.OnPaper), do: func(sc *scene) error {
			return wrong(sc.stage.Flow.RegisterPaper(sc.stage.Ctx, siv, sc.id, "p5", sc.world.Clock.Now().Format(time.DateOnly), "blad.pdf", strings.NewReader(handPDF)))
		}},
	})
}
