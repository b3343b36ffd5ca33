package expr

import (
	"slices"
	"strings"
)

// Declared are the names of the functions and macros that an author can write, operators left out.
func Declared() []string {
	env, err := environment()
	if err != nil {
		panic(err)
	}
	seen := map[string]bool{}
	for name := range env.Functions() {
		if !strings.ContainsAny(name, "_@!") {
			seen[name] = true
		}
	}
	for _, m := range env.Macros() {
		seen[m.Function()] = true
	}
	delete(seen, "bind") // cel.bind
	var out []string
	for name := range seen {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}
