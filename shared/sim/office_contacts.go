package sim

import "strings"

// contacts returns the seventy people who write for the clients, one on each line:
// name, addresses, client numbers. Some have several addresses, some write for
// several clients, and one writes for no client yet.
func contacts() []Contact {
	var list []Contact
	for line := range strings.Lines(contactLines) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		list = append(list, Contact{Name: cells[0], Emails: strings.Fields(cells[1]), Clients: strings.Fields(cells[2])})
	}
	return list
}

const contactLines = `Jan van Dam|jan@bakkerijvandam.example jan.vandam@thuis.example|1001 1020 1025
Els van Dam|els@bakkerijvandam.example|1001
Kees Timmer|winkel@bakkerijvandam.example|1001
Douwe Hoekstra|douwe@garagehoekstra.example|1002
Margriet Hoekstra-de Wit|margriet@garagehoekstra.example margriet.dewit@thuis.example|1002 1026
Joost Wolters|werkplaats@garagehoekstra.example|1002
Paul Kramer|paul@kramerinstallatie.example|1003 1027
Ingrid Kramer|ingrid@kramerinstallatie.example|1003
Bas Terpstra|planning@kramerinstallatie.example|1003
Marieke Groen|marieke@groenrijk.example|1004
Stefan Rijkers|stefan@groenrijk.example|1004
Carla van Es|carla@tandartsdemolen.example|1005
Ahmed Bouzidi|a.bouzidi@tandartsdemolen.example|1005
Femke Zuidema|femke@fysiozuiderpark.example|1006
Robin Hartman|robin@fysiozuiderpark.example|1006
Giovanni Leone|giovanni@goudenleeuw.example reserveren@goudenleeuw.example|1007
Wendy Prins|wendy@goudenleeuw.example|1007
Sjoerd Veenstra|sjoerd@veenstratransport.example|1008
Anneke Veenstra|administratie@veenstratransport.example|1008
Milan Kovač|milan@veenstratransport.example|1008
Gerard Schouten|gerard@schoutenbouw.example|1009
Patricia Schouten|patricia@schoutenbouw.example|1009
Hans de Ruiter|hans@schoutenbouw.example|1009 1024
Noor van Vliet|noor@lijnenvlak.example|1010
Jeroen Faber|jeroen@lijnenvlak.example|1010
Chantal Meijer|chantal@kapsalonknip.example|1011
Naomi Pinas|naomi@kapsalonknip.example|1011
Arie Post|arie@postschilders.example|1012
Jordi Post|jordi@postschilders.example|1012
Eline Vos|eline@pixelplein.example|1013
Daan Hermans|daan@pixelplein.example finance@pixelplein.example|1013
Yusuf Demir|yusuf@pixelplein.example|1013
Hanneke Blom|hanneke@letterzetter.example|1014
Otto Blom|otto@letterzetter.example|1014
Bart van Loon|bart@makelaardijvanloon.example|1015
Simone Kuipers|simone@makelaardijvanloon.example|1015
Li Wei|li@apotheekdelinde.example|1016
Marianne Dijkstra|marianne@apotheekdelinde.example|1016
Henk ter Horst|henk@slagerijterhorst.example|1017
Truus ter Horst|truus@slagerijterhorst.example|1017
Julia Oosterhout|julia@dierenkliniekoosterhout.example|1018
Mark Peters|mark@dierenkliniekoosterhout.example|1018
Wiebe Wiersma|wiebe@loonbedrijfwiersma.example|1019
Aaltje Wiersma|aaltje@loonbedrijfwiersma.example|1019
Rachel Simons|rachel@buurthuisdebrug.example|1021
Mohammed Aydın|penningmeester@buurthuisdebrug.example|1021
Ria Verbeek|ria@svvooruit.example ria.verbeek@thuis.example|1022
Dennis Kok|dennis@svvooruit.example|1022
Wouter Zandstra|wouter@zandhoeve.example|1023
Karin Zandstra|karin@zandhoeve.example|1023
Frits Maas|frits@maasinterieur.example|1024
Tessa Maas|tessa@maasinterieur.example|1024
Selin Özdemir|selin@ozdemirvertalingen.example|1028
Lars van der Meer|lars.vandermeer@thuis.example|1029
Hendrika Brouwer|h.brouwer@thuis.example|1030
Duc Nguyen|duc@nguyenfotografie.example duc.nguyen@thuis.example|1031
Esther Willems|esther.willems@thuis.example|1032
René Koster|rene.koster@thuis.example|1033
Tom Peeters|tom.peeters@thuis.example|1034
Monique Peeters|monique.peeters@thuis.example|1034
Casper Groot|casper@grootboeksoftware.example|1037
Ilse Boek|support@grootboeksoftware.example|1037
Freek Plus|verkoop@kantoorplus.example|1038
Nadia Blauw|nadia@drukkerijblauwdruk.example|1039
Cor van Oord|cor@vanoordverzekeringen.example|1040
Saskia van Oord|saskia@vanoordverzekeringen.example|1040
Peter Bergsma|peter@bergsmabeheer.example|1009 1015 1023
Yvonne de Graaf|yvonne@degraafnotarissen.example|1020 1024
Iris Lammers|iris@lammersadvies.example|1013 1010
Victor Hesse|victor.hesse@thuis.example|
`
