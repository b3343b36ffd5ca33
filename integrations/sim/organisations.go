package sim

import (
	"slices"

	"samtjanst/integrations/sim/personas"
)

// Organisation is a municipality around which the simulators stand: its staff log in at a provider of its own, and its documents have a seal.
type Organisation struct {
	ID     string // "ekkoping"
	Name   string // "Ekköpings kommun"
	Number string // of the organisation, in the seal's certificate: "2120009901"; "" it has no seal
}

// Staff is somebody employed or elected.
type Staff = personas.Staff

// demoOrganisations are the two of the demo.
func demoOrganisations() []Organisation {
	var out []Organisation
	for _, id := range []string{personas.EkkopingLogin, personas.TallvikLogin} {
		out = append(out, Organisation{ID: id, Name: municipalities[id].Name, Number: municipalities[id].Number})
	}
	return out
}

// staffOf are those of an organisation who log in there; of "" those who have an e-legitimation and no such login.
func (h *Hub) staffOf(organisation string) []personas.Staff {
	return slices.DeleteFunc(slices.Clone(h.options.Staff), func(p personas.Staff) bool { return p.Tenant != organisation })
}
