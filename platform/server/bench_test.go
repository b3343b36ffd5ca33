package server_test

import (
	"net/url"
	"testing"

	"samtjanst/forms/journey"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/flow"
	"samtjanst/platform/server/servertest"
)

// What a page costs below HTTP, on the form that is shipped. `make bench` has the whole.

func draftFor(b *testing.B) (*servertest.World, string, map[string]url.Values) {
	w := servertest.New(b, servertest.Options{})
	draft, err := w.Flow.Start(w.Ctx, anna, "ekkoping", "skolskjuts")
	if err != nil {
		b.Fatal(err)
	}
	pages := servertest.OneHome(personas.ElsaTestsson, "eklunda", "sokande@example.se")
	w.Fill(anna, draft, pages)
	return w, draft, pages
}

func BenchmarkPage(b *testing.B) {
	for _, page := range []string{"elev", "egen", journey.CheckPage} {
		b.Run(page, func(b *testing.B) {
			w, draft, _ := draftFor(b)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := w.Flow.Page(w.Ctx, anna, draft, page, false); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkSave(b *testing.B) {
	for _, page := range []string{"elev", "egen"} {
		b.Run(page, func(b *testing.B) {
			w, draft, pages := draftFor(b)
			v, err := w.Flow.Page(w.Ctx, anna, draft, page, false)
			if err != nil {
				b.Fatal(err)
			}
			rev := v.Rev
			b.ReportAllocs()
			for b.Loop() {
				saved, err := w.Flow.Save(w.Ctx, anna, draft, flow.Post{Page: page, Rev: rev, Values: pages[page]})
				if err != nil || saved.View != nil {
					b.Fatal(err, saved.View)
				}
				rev++
			}
		})
	}
}
