package browser

import (
	"testing"

	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/casework"
	"samtjanst/platform/flow"
	"samtjanst/platform/server/servertest"
)

// handedIn is an application that somebody has handed in before the walk begins, made without the browser: its pages are walked
// through elsewhere.
func handedIn(t *testing.T, w *servertest.World, who, child personas.ID, tenant, school string) casework.ID {
	t.Helper()
	a := servertest.Citizen(who)
	draft, err := w.Flow.Start(w.Ctx, a, tenant, "skolskjuts")
	if err != nil {
		t.Fatal(err)
	}
	w.Fill(a, draft, servertest.OneHome(child, school, who.Persona().Mail))
	return w.Submit(a, draft)
}

// complete is a case of Anna's for Elsa that both guardians have signed.
func complete(t *testing.T, w *servertest.World) casework.ID {
	t.Helper()
	id := handedIn(t, w, personas.AnnaTestsson, personas.ElsaTestsson, "ekkoping", "eklunda")
	w.Sign(servertest.Citizen(personas.AnnaTestsson), id)
	erik := servertest.Citizen(personas.ErikTestsson)
	v, err := w.Flow.OwnPage(w.Ctx, erik, id, "")
	if err != nil {
		t.Fatal(err)
	}
	saved, err := w.Flow.SaveOwn(w.Ctx, erik, id, ownPost(v.Page.ID, v.Rev))
	if err != nil || saved.View != nil {
		t.Fatal(saved, err)
	}
	w.Sign(erik, id)
	return id
}

func ownPost(page string, rev int64) flow.Post {
	return flow.Post{Page: page, Rev: rev, Values: servertest.Posted("/egen/email=erik.testsson@example.se")}
}
