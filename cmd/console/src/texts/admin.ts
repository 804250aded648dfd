// Words of administration.
export const t = {
	title: '系统管理',
	partsLabel: '系统管理的各部分',
	parts: { accounts: '账号', roles: '角色', units: '单位', campaigns: '专项行动', numbers: '文号字头', holidays: '放假安排', law: '法律数据', diagnostics: '运行状况' } as Record<string, string>,
	search: '查找', count: (n: number) => `共 ${n} 条`, done: '已办理', add: '新增', change: '修改', effect: '办理以后', confirm: '确认', forbidden: '只有系统管理员可以修改',
	kind: {
		station: '所', brigade: '大队', section: '股', bureau: '行政机关', department: '其他部门', government: '人民政府', township: '乡镇、街道', police: '公安机关', procuratorate: '检察院', court: '法院', mediation: '调解组织', supervision: '监督机关',
	} as Record<string, string>,
	units: {
		add: '新增单位', code: '代码', codeHint: '字母、数字、短横；以后不能再改', name: '名称', kind: '种类', kindHint: '大队、所、股属于上级单位的机关，其他各是一个机关', parent: '上级单位', region: '行政区划代码', regionHint: '六位数字', state: '状态', active: '在用', inactive: '已停用', none: '无',
		acts: { rename: '改名', move: '移到别的上级', deactivate: '停用', activate: '启用' } as Record<string, string>,
		effects: {
			rename: '以后的文书和清单用新名称；已办理的记录不变。', move: '单位的人员和事项随单位一起移动，谁看得到它们随之改变。', deactivate: '不再能登记新的事项；已有的事项仍在。', activate: '可以再登记新的事项。',
		} as Record<string, string>,
		actsHead: '办理',
	},
	accounts: {
		add: '新增账号', account: '账号', accountHint: '小写字母、数字、点、下划线、短横', name: '姓名', unit: '单位', roles: '角色', password: '密码', initial: '初始密码', passwordHint: '至少 8 个字符；请当面告知本人，登录后自行修改', state: '状态', active: '可登录', locked: '已锁定', inactive: '已停用', last: '最近登录', never: '从未登录', totp: '动态口令', on: '已开启', off: '未开启', propose: '随机生成',
		acts: { lock: '锁定', unlock: '解锁', password: '重设密码', roles: '改角色', unit: '调单位', rename: '改姓名', reset_totp: '重置动态口令' } as Record<string, string>,
		effects: {
			lock: '立即退出全部登录，不能再登录。', unlock: '可以再登录。', password: '旧密码失效，全部登录退出。', roles: '马上按新角色判断能办什么；正在办理的事项仍由其承办。', unit: '以后看到新单位的事项；原来承办的事项不随人走。', rename: '以后的文书用新姓名；已办理的记录不变。', reset_totp: '下次登录只要密码；本人应重新开启动态口令。',
		} as Record<string, string>,
		filter: '账号、姓名、单位、角色', all: '全部', onlyLocked: '只看已锁定的', act: '办理', of: (name: string, act: string) => `${act}：${name}`,
	},
	roles: {
		help: '一个人可以有几个角色；同一事项的办理和审批必须是不同的人，由系统把关。', role: '角色', who: '由谁担任', does: '可以办', not: '不可以', people: '人数', open: '查看这些账号',
		rows: {
			officer: { who: '综合行政执法大队、市场监管所的执法人员', does: '线索核查、立案、文书、证据、调查终结报告', not: '审批自己承办的案件' },
			co_officer: { who: '与承办人共同办案的执法人员（每案至少两人）', does: '与承办人共同调查、取证、送达', not: '审批自己协办的案件' },
			clerk: { who: '所、大队的内勤或信息员', does: '案源登记、文号、台账、月报、公示录入', not: '作出决定' },
			unit_head: { who: '大队长、所长、股长', does: '指定办案人员，第一道审批', not: '—' },
			legal_reviewer: { who: '法规股审核人员', does: '审核、法制审核，案卷评查', not: '审核自己承办的案件' },
			deputy_head: { who: '分管副局长', does: '立案、强制措施、延期、决定的审批', not: '—' },
			principal: { who: '局长或者主持工作的负责人', does: '涉罪移送的批准，集体讨论', not: '—' },
			credit_clerk: { who: '信用监管股', does: '公示、撤回、更正、信用修复、双公示', not: '改动案件内容' },
			police: { who: '公安机关联络员', does: '签收移送，登记公安的决定和退回', not: '看到没有移送的案件' },
			procuratorate: { who: '检察院联络员', does: '查阅移送，监督立案，反向移送', not: '看到没有移送的案件' },
			court: { who: '法院联络员', does: '签收执行申请，登记裁定和执行结果', not: '看到没有申请的案件' },
			auditor: { who: '督查、纪检、司法局监督人员', does: '查阅、统计核查、报送、评查', not: '修改案件' },
			admin: { who: '系统管理员', does: '单位、账号、专项行动、文号字头、放假安排', not: '改动案件内容' },
		} as Record<string, { who: string; does: string; not: string }>,
	},
	campaigns: { add: '新增专项行动', code: '代码', name: '名称', year: '年度', unit: '组织单位', aliases: '别名', aliasesHint: '几个别名以分号隔开', starts: '开始', ends: '结束', parent: '所属行动', note: '说明', none: '无', openEnd: '未定', years: '年度', allYears: '全部年度' },
	numbers: {
		help: '机关的字头用于没有自己字头的单位。改了字头以后从 1 号编起，已编的文号不变。', unit: '单位', paper: '文种代字', paperZh: '文书', prefix: '字头', example: '下一个文号', last: '已编到', set: '设定字头', end: '不再使用', endEffect: '以后改用机关的字头；机关也没有的，不再编号。已编的文号不变。', setEffect: '下一个文号从新字头的 1 号编起。',
		lastOf: (y: number, n: number) => `${y}年 ${n} 号`, allUnits: '全部单位',
	},
	holidays: {
		year: '年度', previous: '上一年', next: '下一年', until: (d: string) => `放假安排已录入到 ${d}`, missing: (m: string) => `这一年还缺：${m}`, legend: { holiday: '放假', workday: '调休上班', weekend: '周末' } as Record<string, string>, edit: '修改安排', editHelp: (d: string) => `按国务院办公厅的通知录入这一年的全部放假日和调休上班日。${d}以前的不能改。点日期轮换：放假、上班、照常。`, name: '节日名称', nameHint: '点日期以前先写好节日名称，如“春节”', save: '保存安排', cancel: '不改了', changed: (n: number) => `改动 ${n} 天`, nothing: '没有改动', list: '清单', date: '日期', kindHead: '安排', weekdays: '一二三四五六日',
		done: (r: { added: number; removed: number; changed: number }) => `已保存：新增 ${r.added} 天，删除 ${r.removed} 天，改动 ${r.changed} 天`, pending: (n: number) => `期限可能因此变动的事项 ${n} 件`, command: '接着在服务器上运行', month: (m: number) => `${m}月`, dayLabel: (shown: string, d: string, what: string) => `${shown}，${d} ${what}`, plain: '照常', marks: { holiday: '休', workday: '班' } as Record<string, string>,
	},
	law: { help: '期限、数额、案由、法条等都是数据，随程序更新，这里只能查看。', edition: (n: number) => `现行版本 ${n}`, table: '数据表', rows: (n: number) => `${n} 行`, search: '在表中查找', found: (n: number, all: number) => `${n} 行符合，共 ${all} 行`, back: '返回数据表', valid: '现行有效的' },
	diagnostics: {
		overall: { ok: '全部正常', warn: '有需要注意的', bad: '有故障' } as Record<string, string>, state: { ok: '正常', warn: '注意', bad: '故障', off: '未启用' } as Record<string, string>, part: '部分', stateHead: '状况', message: '说明', last: '最近运行', next: '下次运行', certificates: '证书', whose: '用途', subject: '名称', until: '有效期至', left: (n: number) => (n < 0 ? `已过期 ${-n} 天` : `还有 ${n} 天`), version: '版本', started: '启动时间', refresh: '重新检查', report: '下载报告（JSON）', reportFile: (at: string) => `运行状况-${at}.json`, noCertificates: '没有证书', at: (at: string) => `检查于 ${at}`,
	},
};
