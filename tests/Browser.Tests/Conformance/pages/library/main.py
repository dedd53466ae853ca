import conformance
import names
import shows
import happenings
import network
import foreign
import keeps
import markup

await conformance.run("library")
