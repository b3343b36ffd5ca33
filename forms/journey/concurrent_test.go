package journey_test

import (
	"sync"
	"testing"

	"samtjanst/forms/internal/formtest"
)

// One graph serves every request at once; run with -race.
func TestConcurrent(t *testing.T) {
	g := formtest.Graph(t, meta, schemaJSON, layoutYAML)
	s := scope(t, `{"a":"y","b":"visa","rader":[{"typ":"k","n":1}],"o":{"p":"x"}}`)
	want := problems(g.Validate(run(t, g, s), ""))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				v, err := g.Run(s)
				if err != nil {
					t.Error(err)
					return
				}
				if got := problems(g.Validate(v, "")); got != want {
					t.Errorf("problems %s, want %s", got, want)
				}
				if _, err := g.Parties(v); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}
