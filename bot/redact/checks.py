"""The checks a rule may name in the rule file, by name.

A check gets the matched value and says whether it counts. It never raises: a value
it cannot read does not count.
"""

from collections.abc import Callable, Mapping

from bot.redact import checks_money, checks_people, checks_registers, checks_shape

Check = Callable[[str], bool]

CHECKS: Mapping[str, Check] = {
    check.__name__: check
    for check in (
        checks_shape.secretlike,
        checks_shape.passwordlike,
        checks_shape.has_digit,
        checks_shape.mixed_case,
        checks_shape.opaque,
        checks_shape.chance,
        checks_shape.keylike,
        checks_shape.mixed_tail,
        checks_shape.hex_tail,
        checks_shape.public_ip,
        checks_shape.internal_ip,
        checks_shape.calendar_date,
        checks_shape.phone_number,
        checks_money.luhn,
        checks_money.card,
        checks_money.iban,
        checks_money.aba_routing,
        checks_money.base58check,
        checks_money.bech32,
        checks_people.us_ssn,
        checks_people.us_itin,
        checks_people.us_npi,
        checks_people.us_dea,
        checks_people.th_tnin,
        checks_people.uk_nhs,
        checks_people.es_nif,
        checks_people.pl_pesel,
        checks_people.it_fiscal_code,
        checks_people.au_tfn,
        checks_people.au_abn,
        checks_people.au_acn,
        checks_people.au_medicare,
        checks_people.sg_nric,
        checks_people.verhoeff,
        checks_people.fi_hetu,
        checks_people.kr_rrn,
        checks_people.br_cpf,
        checks_people.br_cnpj,
        checks_people.fr_nir,
        checks_people.nl_bsn,
        checks_people.se_personnummer,
        checks_people.cn_resident,
        checks_people.de_tax_id,
        checks_people.ch_ahv,
        checks_people.be_national,
        checks_registers.tr_tckn,
        checks_registers.no_fnr,
        checks_registers.dk_cpr,
        checks_registers.cz_rc,
        checks_registers.cl_rut,
        checks_registers.ar_cuit,
        checks_registers.hk_id,
        checks_registers.tw_id,
        checks_registers.my_nric,
        checks_registers.ie_pps,
    )
}


def passes(name: str, value: str) -> bool:
    """Apply a check by name; a value that cannot be read does not pass."""
    try:
        return CHECKS[name](value)
    except (ValueError, IndexError):
        return False
