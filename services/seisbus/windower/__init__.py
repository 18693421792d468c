"""The windower makes data of records: it decodes, joins, cuts, processes and packs."""
