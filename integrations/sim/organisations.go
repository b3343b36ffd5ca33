package sim

import (
	"slices"
	"strings"

	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/fault"
)

// Organisation is a municipality around which the simulators stand: its staff log in at a provider of its own, and its documents have a seal.
type Organisation struct {
	ID     string // "ekkoping"
	Name   string // "Ekköpings kommun"
	Number string // of the organisation, in the seal's certificate: "2120009901"; "" it has no seal
}

// Staff is somebody employed or elected.
type Staff = personas.Staff

// DemoOrganisations are those of the demo that have one of the ids, or both where none is given; fault.NotFound for an id that neither has. A
// platform that has one of the municipalities knows nothing of the other's logins and seals.
func DemoOrganisations(ids ...string) ([]Organisation, error) {
	all := []string{personas.EkkopingLogin, personas.TallvikLogin}
	if len(ids) == 0 {
		ids = all
	}
	var out []Organisation
	for _, id := range ids {
		if !slices.Contains(all, id) {
			return nil, fault.Newf("sim.DemoOrganisations", fault.NotFound, "there is no municipality %q, there are %s", id, strings.Join(all, " and "))
		}
		out = append(out, Organisation{ID: id, Name: municipalities[id].Name, Number: municipalities[id].Number})
	}
	return out, nil
}

// staffOf are those of an organisation who log in there; of "" those who have an e-legitimation and no such login.
func (h *Hub) staffOf(organisation string) []personas.Staff {
	return slices.DeleteFunc(slices.Clone(h.options.Staff), func(p personas.Staff) bool { return p.Tenant != organisation })
}
